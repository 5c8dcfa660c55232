from flask import Flask
from flask.json.provider import DefaultJSONProvider

from sandbox import control, crm, errors, gate, page, shop
from sandbox.scenario import seed
from sandbox.settings import SandboxSettings
from sandbox.voucherify.blueprint import blueprint as voucherify
from sandbox.world import World


def create_app(settings: SandboxSettings) -> Flask:
    """Build the stand-ins around a fresh state that holds the default scenario."""
    app = Flask(__name__)
    app.json = _json(app)
    app.extensions["sandbox"] = world = World(settings)
    gate.install(app)
    errors.install(app)
    for blueprint in (voucherify, crm.blueprint, shop.blueprint, control.blueprint, page.blueprint):
        app.register_blueprint(blueprint)
    seed(world)
    return app


def _json(app: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    provider.ensure_ascii = False
    return provider
