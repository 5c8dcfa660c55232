from flask import Flask
from flask.json.provider import DefaultJSONProvider

from sandbox import errors
from sandbox.calls import gate
from sandbox.clock import Clock
from sandbox.control import (
    adopt,
    assignments,
    cards,
    codes,
    edits,
    faults,
    options,
    scenario,
    state,
)
from sandbox.demo import page
from sandbox.hubspot import blueprint as hubspot
from sandbox.services import blueprint as services
from sandbox.settings import SandboxSettings
from sandbox.voucherify.api import blueprint as voucherify
from sandbox.voucherify.api import management
from sandbox.world import World


_STAND_INS = (voucherify.blueprint, management.blueprint, hubspot.blueprint, services.blueprint)
_CONTROL = (
    *(adopt.blueprint, assignments.blueprint, cards.blueprint, codes.blueprint, edits.blueprint),
    *(faults.blueprint, options.blueprint, scenario.blueprint, state.blueprint),
    *(hubspot.seeding, page.blueprint),
)


def create_app(
    settings: SandboxSettings, *, clock: Clock | None = None, deliver: bool = True
) -> Flask:
    """
    Build the stand-ins around a fresh state that holds the default scenario.

    A test may bring its own clock, and may have webhooks kept instead of delivered.
    """
    app = Flask(__name__, static_folder="demo/static", template_folder="demo/templates")
    app.json = _json(app)
    app.extensions["sandbox"] = world = World(settings, clock=clock, deliver=deliver)
    gate.install(app)
    errors.install(app)
    for blueprint in (*_STAND_INS, *_CONTROL):
        app.register_blueprint(blueprint)
    scenario.seed(world)
    return app


def _json(app: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    provider.ensure_ascii = False
    return provider
