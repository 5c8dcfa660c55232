"""What both rivals read of a body: the fields that their handlers use, no more."""

from marshmallow import EXCLUDE, Schema, fields


class Lenient(Schema):
    """Voucherify adds fields; a tutorial's schema lets them pass."""

    class Meta:
        """Marshmallow's place for options."""

        unknown = EXCLUDE


class HolderSchema(Lenient):
    """The assignment that was removed."""

    id = fields.String(required=True)
    created_at = fields.String(required=True)
    campaign_id = fields.String(required=True)
    customer_id = fields.String(required=True)
    holder_role = fields.String(required=True)
    redeemable_id = fields.String(required=True)


class VoucherSchema(Lenient):
    """The code."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    type = fields.String(required=True)


class CampaignSchema(Lenient):
    """Its campaign."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    campaign_type = fields.String(allow_none=True)


class CustomerSchema(Lenient):
    """Whose assignment it was."""

    id = fields.String(required=True)
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    source_id = fields.String(allow_none=True)


class DataSchema(Lenient):
    """The event's own part."""

    holder = fields.Nested(HolderSchema, required=True)
    voucher = fields.Nested(VoucherSchema, required=True)
    campaign = fields.Nested(CampaignSchema, required=True)
    customer = fields.Nested(CustomerSchema, required=True)


class EventSchema(Lenient):
    """A whole body."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    data = fields.Nested(DataSchema, required=True)
