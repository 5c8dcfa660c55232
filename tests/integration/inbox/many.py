"""Failed jobs by the ten thousand, made quickly by the scripts that make them one by one."""

from inbox.ids import delivery_id
from tests.engine import KEYS
from tests.integration.inbox.house import House


#: Jobs of one round trip.
A_TRIP = 500


def fail_many(house: House, number: int, *, handler: str = "notify_crm") -> list[str]:
    """
    Fail so many handlers' jobs permanently, each of another delivery, customer and holder.

    Nine of ten fail by one fault, whose error names an id; the others by a second one.
    """
    house.accept_many(number)
    scripts = house.jobs._scripts
    deliveries = [delivery_id(b"%d" % one) for one in range(number)]
    for start in range(0, number, A_TRIP):
        pipe = house.store.pipeline(transaction=False)
        for one, delivery in enumerate(deliveries[start : start + A_TRIP], start):
            process, job = f"{delivery}:process", f"{delivery}:{handler}"
            facts = (
                f'{{"event_type":"customer.holder.assignment.deleted","event_id":"evt_{one}",'
                f'"holder":"rh_{one}","customer":"cust_{one}","campaign":"camp_{one % 3}"}}'
            )
            scripts["claim"](args=[process, 60_000, "many"], client=pipe)
            scripts["fan_out"](
                named={
                    "job": process,
                    "fence": 1,
                    "outcome": "handed on",
                    "window_ms": 3_600_000,
                    "facts": facts,
                    "identity": "",
                    "identity_of": "event",
                    "life_ms": 1,
                    "customers": f"cust_{one}",
                    "redacted": "",
                },
                args=[handler, "crm"],
                client=pipe,
            )
            scripts["claim"](args=[job, 60_000, "many"], client=pipe)
            reason = "crm_service_answered_422" if one % 10 else "crm_service_answered_404"
            error = f"the CRM's service answered {reason[-3:]} for cust_{one} at position {one}"
            named: dict[str, str | int] = {"job": job, "fence": 1, "reason": reason, "error": error}
            scripts["fail"](named={**named, "trace": "", "redacted": ""}, client=pipe)
        pipe.execute()
    assert house.store.zcard(KEYS.failed) >= number
    return [f"{delivery}:{handler}" for delivery in deliveries]
