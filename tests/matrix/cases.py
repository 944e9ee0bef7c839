"""From the policy to single questions: who asks what of which object by which method, and what must come back."""

from collections import Counter
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.matrix import policy
from tests.matrix.world import EXPERTS, FIRMS, NEEDS, PEOPLE

MISSING = "missing"
WITHOUT_SESSION = ("anon", "disabled")
METHODS = ("get", "post", "patch", "delete")
ENOUGH_UNSEEN = 2  # objects out of somebody's sight that are tried at one address
# Who asks once more as htmx does, and by HEAD: one of each side.
FRAGMENTS = ("anon", "staff_x", "firm_r", "expert_x", "revoked")

OK, DENY, GONE, LOGIN, NO_METHOD, EITHER, NO_WRITE = "ok", "deny", "gone", "login", "405", "either", "no write"


@dataclass(frozen=True)
class Case:
    row: policy.Row
    key: str  # of the object, or MISSING
    who: str
    method: str
    expected: str
    fragment: bool = False

    def __str__(self):
        mark = " (htmx)" if self.fragment else ""
        return f"{self.who} {self.method.upper()} {self.row.name}{self.row.args} {self.key}{mark}: {self.expected}"


def objects(row):
    if row.kind == "link":
        return ("link:o1", MISSING)
    if row.kind == "invited":
        return ("invitation:a", MISSING)
    return policy.KINDS[row.kind] if row.kind == "site" else (*policy.KINDS[row.kind], MISSING)


def relation(who, key):
    if key == MISSING:
        return None
    return policy.SIGHT.get(key, policy.SIGHT["site"]).get(who)


def exists(row, method, rows):
    return any(getattr(other, method) is not None for other in rows if other.name == row.name)


def verdict(row, key, who, method, *, api, rows):
    """What the table says. ``None``: another row of the same name says it."""
    allowed = getattr(row, method)
    if row.open:
        if allowed is None:
            return NO_METHOD
        return GONE if key == MISSING else OK
    if who in WITHOUT_SESSION or (who == "token" and not api):
        return LOGIN
    if who == "token" and method != "get":
        # A read-only token is refused before anything is looked up, also the method.
        return DENY if exists(row, method, rows) else NO_WRITE
    if allowed is None:
        return None if exists(row, method, rows) else NO_METHOD
    word = relation(who, key)
    if word is None:
        return EITHER if row.either else GONE
    if word in allowed:
        return OK
    if row.either:
        return EITHER
    if row.hidden is True or (row.hidden and word in row.hidden):
        return GONE
    return DENY


def cases(row, *, api=False):
    rows = policy.API if api else policy.PAGES
    first, *others = objects(row)
    unseen = Counter()
    for key in (first, *others):
        for who in PEOPLE:
            for method in METHODS if api else METHODS[:2]:
                expected = verdict(row, key, who, method, api=api, rows=rows)
                if expected is None or (key != first and is_settled(expected, key, who)):
                    continue
                if expected == NO_METHOD and who not in FRAGMENTS:
                    continue
                unseen[who, method] += expected == GONE and key != MISSING
                if expected == GONE and key != MISSING and unseen[who, method] > ENOUGH_UNSEEN:
                    continue
                yield Case(row, key, who, method, expected)
                if method == "get" and not api and expected != NO_METHOD and key == first and who in FRAGMENTS:
                    yield Case(row, key, who, "get", expected, fragment=True)
                    if who == "staff_x":
                        yield Case(row, key, who, "head", expected)


def is_settled(expected, key, who):
    """Whether the answer for the first object is the answer for this one: nothing was looked up to give it."""
    if expected == NO_METHOD:
        return True
    if expected in (LOGIN, NO_WRITE) or (expected == DENY and who == "token"):
        return key != MISSING or who not in FRAGMENTS
    return key == MISSING and expected == GONE and who not in (*FRAGMENTS, "staff_y", "firm_q")


def _sibling(key, table):
    """Another row of the same county."""
    return next(other for other, value in table.items() if other != key and value[0] == table[key][0])


def address(world, case):
    """(path, body) of one case."""
    row, key = case.row, case.key
    shown = objects(row)[0] if key == MISSING else key
    kind, _colon, short = shown.partition(":")
    rows, found = world.rows, {}
    if kind == "link" or row.kind == "invited":
        found["code"] = world.extra[shown]
    elif kind == "scope":
        scope = rows[f"scope_{short}"]
        found |= {"id": str(scope.pk), "user": str(scope.user_id), "code": ""}
    elif kind == "county":
        found["code"] = rows[short].code
    elif kind == "match":
        found["code"] = rows[f"need:{short}"].code
        found["expert"] = rows["expert:r" if short == "n3" else "expert:w"].code
    elif kind == "recusal":
        found |= {"code": rows[shown].enterprise.code, "expert": rows[shown].expert.code}
    elif kind != "site":
        found["code"] = rows[shown].code
    if kind == "expert":
        found |= {name: str(rows[f"{name}:{short}"].pk) for name in ("tie", "posting", "appointment")}
        found["achievement"] = rows[f"achievement:{short}"].code
        found["other"] = rows[f"expert:{_sibling(short, EXPERTS)}"].code
        found["group"] = rows["group:g"].code
    if kind == "group":
        found["member"] = rows["expert:x" if short == "g" else "expert:r"].code
    if kind == "firm":
        found["other"] = rows[f"firm:{_sibling(short, FIRMS)}"].code
        found["member"] = FIRMS[short][1]
        found["officer"] = "staff_x" if FIRMS[short][0] == "A" else "staff_y"
    if kind == "need":
        found["file"] = rows[f"attachment:{short}"].code
        found["officer"] = "staff_x" if FIRMS[NEEDS[short][0]][0] == "A" else "staff_y"
    home = "B" if case.who in ("staff_y", "firm_r") else "A"
    found["county"] = rows[home].code
    found["firm"] = rows["firm:r" if home == "B" else "firm:p"].code
    if key == MISSING:
        found |= {"code": "XX-NOSUCH", "id": "999999999", "user": "999999999"}

    def fill(value):
        if value == "{upload}":
            return SimpleUploadedFile("说明.txt", "说明".encode(), content_type="text/plain")
        if isinstance(value, list):
            return [fill(item) for item in value]
        return found[value[1:-1]] if value.startswith("{") else value

    args = [name[1:] if name.startswith("=") else found[name] for name in path_names(row)]
    return reverse(row.name, args=args), {name: fill(value) for name, value in row.data.items()}


def path_names(row):
    """The names of the address's parts: pages name theirs, details of reference tables have the code alone."""
    if row.args or row.kind in ("site", "scope", "county"):
        return row.args
    if row.data and any("{code}" in str(value) for value in row.data.values()):
        return ()
    if row.name.endswith("-detail") or row.kind in ("link", "invited"):
        return ("code",)
    return ()
