"""docs/visibility.md §2–§7 once more, as rules over the plain tables of the population. Imports nothing of the product.

``rows(model, who)``: the keys of the rows that exist for ``who``. ``may_read(who, county, key, field)``: whether a
canary may reach ``who`` in clear by reading (a reveal is a POST of its own and is not crawled).
"""

from tests.matrix.world import EXPERTS, FIRMS, NEEDS, ORDERS

OFFICE = {"staff_x": "A", "city": "A", "leader": "A", "admin": "A", "token": "A", "staff_y": "B"}
KEEPERS = {who: county for who, county in OFFICE.items() if who != "leader"}  # staff and admins
ADMIN = {"admin": "A"}
MEMBER = {"firm_p": "p", "firm_q": "q", "firm_r": "r"}
PERSON = {"expert_x": "x", "expert_z": "z", "former": "f", "mate": "m"}
GROUPS = {"g": ("A", {"x", "m"}), "h": ("B", {"r"})}  # led by, members of today (f has left)
MARKET = {"expert_x": {"A"}, "expert_z": {"A"}, "mate": {"A", "B"}}
TOLD = {("expert_x", "n1"): "summary", ("expert_x", "v2"): "full"}
PUBLIC = {"published", "in_progress", "unmet"}
OWNERS = {"a": ("staff_x", "token"), "b": ("staff_y",), "e": ("expert_x",), "r": ("firm_r",), "l": ("leader",)}
INVITED = {"a": ("A", False), "o": ("A", True), "b": ("B", False)}  # county, to an office role


def expert(who, key):
    county, _person, status = EXPERTS[key]
    if OFFICE.get(who) == county or PERSON.get(who) == key:
        return True
    if status != "active":
        return False
    return any(
        key in members and (OFFICE.get(who) == leading or PERSON.get(who) in members)
        for leading, members in GROUPS.values()
    )


def group(who, key):
    leading, members = GROUPS[key]
    return OFFICE.get(who) == leading or PERSON.get(who) in members


def firm(who, key):
    return OFFICE.get(who) == FIRMS[key][0] or MEMBER.get(who) == key


def need_level(who, key):
    """ "full", "open", "summary" or nothing."""
    owner, status, confidentiality, source = NEEDS[key]
    county = FIRMS[owner][0]
    if MEMBER.get(who) == owner or TOLD.get((who, key)) == "full":
        return "full"
    if OFFICE.get(who) == county and (status != "draft" or source == "staff"):
        return "full"
    outside = "open" if confidentiality == "open" else "summary"
    if county in MARKET.get(who, ()) and status in PUBLIC and confidentiality != "directed":
        return outside
    return outside if (who, key) in TOLD else None


def order(who, key):
    need, person, _status = ORDERS[key]
    owner = NEEDS[need][0]
    return OFFICE.get(who) == FIRMS[owner][0] or MEMBER.get(who) == owner or PERSON.get(who) == person


def _own(who, key):
    return who in OWNERS[key]


def _invitation(who, key):
    county, to_office = INVITED[key]
    return (ADMIN if to_office else KEEPERS).get(who) == county


COUNTY_OF_MATCH = {"a": "A", "b": "B"}
ROWS = {  # prefix of the keys in the population → the rule
    "expert": expert,
    "group": group,
    "firm": firm,
    "need": lambda who, key: need_level(who, key) is not None,
    "order": order,
    "run": lambda who, key: OFFICE.get(who) == COUNTY_OF_MATCH[key],
    "result": lambda who, key: OFFICE.get(who) == COUNTY_OF_MATCH[key],
    "match": lambda who, key: OFFICE.get(who) == COUNTY_OF_MATCH[key[0]],
    "mark": lambda who, key: OFFICE.get(who) == COUNTY_OF_MATCH[key],
    "notice": _own,
    "apitoken": _own,
    "job": _own,
    "view": _own,
    "consent": _own,
    "export": lambda who, key: _own(who, key) and who in OFFICE,
    "event": lambda who, key: ADMIN.get(who) == ("A" if key in "ae" else "B"),
    "batch": lambda who, key: KEEPERS.get(who) == ("A" if key == "a" else "B"),
    "invitation": _invitation,
    "recusal": lambda who, key: OFFICE.get(who) == key,
}


def keys(prefix, population):
    return {key.partition(":")[2] for key in population if key.partition(":")[0] == prefix}


# -- fields --------------------------------------------------------------------------------------------------------

SEEN_WITH_THE_ROW = {"name", "institution", "position", "profile", "field", "achievement", "posting"}
OPENED_BY_CONFIRMATION = {"name", "institution", "position", "profile", "field", "achievement", "phone", "email"}


def expert_field(who, key, name):
    at_home, own = OFFICE.get(who) == EXPERTS[key][0], PERSON.get(who) == key
    if name in SEEN_WITH_THE_ROW and expert(who, key):
        return True
    if name in ("availability", "tie", "number"):
        return at_home or own
    if name in ("referrer", "remarks"):
        return at_home
    if name in ("phone", "email") and own:
        return True
    for need, person, status in ORDERS.values():  # a firm meets a person by an order
        if person == key and MEMBER.get(who) == NEEDS[need][0]:
            if status == "confirmed" and name in OPENED_BY_CONFIRMATION:
                return True
            if name == "field":
                return True
    return False


def firm_field(who, key, name):
    at_home, member = OFFICE.get(who) == FIRMS[key][0], MEMBER.get(who) == key
    told = any(level == "full" and NEEDS[need][0] == key and who == person for (person, need), level in TOLD.items())
    if name in ("firm", "products", "contact", "post"):
        return at_home or member or told
    if name == "address":
        return at_home or member
    if name in ("phone2", "mail2"):
        return member or told
    return name == "remarks2" and at_home


def need_field(who, key, name):
    level = need_level(who, key)
    office = OFFICE.get(who) == FIRMS[NEEDS[key][0]][0] and level == "full"
    firm_side = MEMBER.get(who) == NEEDS[key][0]
    if name in ("blind", "summary"):
        return level is not None
    if name in ("title", "situation", "file", "bytes", "decider"):
        return level == "full"
    if name in ("rewrite", "tried", "ip", "target"):
        return level in ("full", "open")
    return name == "reason" and (office or firm_side)


def may_read(who, county, key, name):
    if key in NEEDS and name in {
        "title", "blind", "summary", "situation", "tried", "ip", "decider", "reason", "rewrite", "target", "file",
        "bytes",
    }:  # fmt: skip
        return need_field(who, key, name)
    if name in ("firm", "products", "address", "contact", "post", "phone2", "mail2", "remarks2"):
        return firm_field(who, key, name)
    if name == "group":
        return group(who, key) or any(  # the name of a group stands on the pages of its members
            expert(who, member) for member in GROUPS[key][1]
        )
    if name == "message":
        return order(who, key) and who not in MEMBER
    if name == "mark" or key == "recusal":
        return OFFICE.get(who) == county
    if name in ("notice", "token", "job", "view"):
        return _own(who, key)
    if name in ("export", "sheet"):
        return _own(who, key)
    if name == "actor":
        return ADMIN.get(who) == county
    if name == "batch":
        return KEEPERS.get(who) == county
    if name == "invited":
        return _invitation(who, key)
    return expert_field(who, key, name)
