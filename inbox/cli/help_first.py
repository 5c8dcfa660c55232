"""A group of commands whose `--help` needs no settings."""

import click


class HelpFirst(click.Group):
    """
    A group that answers `COMMAND --help` before it reads the environment.

    Click runs a group's own function first, and it needs settings that may not be there
    yet when help is asked for.
    """

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, or print its help."""
        words = [*ctx._protected_args, *ctx.args]  # noqa: SLF001 - click's own `invoke` reads them so
        if set(words) & set(ctx.help_option_names):
            name, command, rest = self.resolve_command(ctx, words)
            if command is not None:
                # Exits where help is asked for; elsewhere the word was a value.
                with command.make_context(name, rest, parent=ctx):
                    pass
        found: object = super().invoke(ctx)
        return found
