from flask import Flask
from flask.json.provider import DefaultJSONProvider

from sandbox import errors
from sandbox.calls import gate
from sandbox.clock import Clock
from sandbox.control import cards, life
from sandbox.control import faults as odd
from sandbox.control import options as dials
from sandbox.control import state as control
from sandbox.control import webhook as scenes
from sandbox.control.scenario import seed
from sandbox.demo import page
from sandbox.hubspot import blueprint as hubspot
from sandbox.services import blueprint as shop
from sandbox.services import crm
from sandbox.settings import SandboxSettings
from sandbox.voucherify.api import management
from sandbox.voucherify.api.blueprint import blueprint as voucherify
from sandbox.world import World


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
