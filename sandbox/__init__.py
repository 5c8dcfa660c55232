"""
Stand-ins for what perkhook talks to: Voucherify, a CRM and a shop's own service.

They keep state, can be made to fail, and show one page. They import nothing of
the product, so the two cannot share a mistake.

    voucherify/   api: the REST API's endpoints · life: what happens in a project ·
                  shapes: how records are shown · data: the records
    hubspot/      the endpoints of HubSpot's CRM · services/: the shop's own CRM and perks service
    webhooks/     how webhooks are sent and repeated · faults/: what goes wrong, and how
    calls/        what each call passes: the gate, limits, the transport in process
    control/      the endpoints below /sandbox · demo/: `make run`, `make smoke` and the page

What a test or a person steers them by, all below /sandbox:

    GET    /state?part=       what is: customers, cards, codes, assignments, sendouts, webhook, …
    GET    /removals          of each ended assignment, what was taken back for it and how often
    GET    /requests          calls to the stand-ins; /violations: those that are not as specified
    POST   /reset             forget everything
    POST   /scenario          one code with its referees; /codes: thousands at once
    POST   /assign /unassign  let assignments begin and end; /convert, /odd_assignment, /adopt,
                              /customers, /cards, /spend, /top_up: what else happens in a shop
    POST   /earn /expire /transfer, /remove_by_other, /publish_card: what changes a card beside
    GET    /books?card=       why each change of a card was made, which no answer shows
    PUT    /campaigns/<id>    edit; also PUT /vouchers/<name>; DELETE those and /customers/<name>
    PUT    /redemptions/<id>  how its next rollbacks go wrong; POST /odd_holder: one with nulls
    PUT    /webhook           on, off, elsewhere; a share of its sendouts lost, late, repeated
    POST   /send              any bytes, signed; /sendouts/<id>/resend: the same bytes again
    PUT    /faults /limits    answers that fail, also by a name of the catalogue ("awkward");
                              calls that are too many
    PUT    /options           how moments are written, how far a list lags behind, which shape an
                              activity has, how many stray events are in it, which metadata may be
    POST   /clock             let time pass

The endpoints' own docstrings say what they take.
"""
