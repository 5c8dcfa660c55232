from dataclasses import dataclass

from schemas.fields import PartSchema, Text, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeConfig:
    """How a campaign makes up its codes."""

    length: int | None = None
    charset: str | None = None
    prefix: str | None = None
    postfix: str | None = None
    pattern: str | None = None
    initial_count: int | None = None


class CodeConfigSchema(PartSchema[CodeConfig]):
    """Reads `CodeConfig`."""

    makes = CodeConfig

    length = Whole()
    charset = Text()
    prefix = Text()
    postfix = Text()
    pattern = Text()
    initial_count = Whole()
