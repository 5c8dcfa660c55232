from flask import Flask
from flask.json.provider import DefaultJSONProvider

from sandbox import cards, control, crm, dials, errors, gate, life, odd, page, scenes, shop
from sandbox.clock import Clock
from sandbox.hubspot import blueprint as hubspot
from sandbox.scenario import seed
from sandbox.settings import SandboxSettings
from sandbox.voucherify import management
from sandbox.voucherify.blueprint import blueprint as voucherify
from sandbox.world import World


def create_app(
    settings: SandboxSettings, *, clock: Clock | None = None, deliver: bool = True
) -> Flask:
    """
    Build the stand-ins around a fresh state that holds the default scenario.

    A test may bring its own clock, and may have webhooks kept instead of delivered.
    """
    app = Flask(__name__)
    app.json = _json(app)
    app.extensions["sandbox"] = world = World(settings, clock=clock, deliver=deliver)
    gate.install(app)
    errors.install(app)
    for blueprint in (
        voucherify,
        management.blueprint,
        hubspot.blueprint,
        crm.blueprint,
        shop.blueprint,
    ):
        app.register_blueprint(blueprint)
    for blueprint in (
        control.blueprint,
        dials.blueprint,
        life.blueprint,
        cards.blueprint,
        odd.blueprint,
        scenes.blueprint,
        hubspot.seeding,
        page.blueprint,
    ):
        app.register_blueprint(blueprint)
    seed(world)
    return app


def _json(app: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    provider.ensure_ascii = False
    return provider
