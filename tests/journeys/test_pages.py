"""Every page a colleague opens: no barrier in either theme, no sideways scroll at 320 px, no complaint of the browser,
nothing clinical kept in it."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey

ROW = "tbody.one .row__who a"
PAGES: dict[str, tuple[str, ...]] = {
    "dana": (
        "/", "/today/print/", "/?show=call", "/?held=1", "/patients/", "/patients/new/", "/intake/", "/intake/refer/",
        "/intake/list/", "/gaps/", "/gaps/?show=all",
        "/gaps/checks/", "/clocks/", "/clocks/rules/", "/referrals/", "/messages/",
        "/directory/", "/directory/?kind=organization", "/directory/add-practitioner/", "/directory/add-organization/",
        "/calendar/", "/calendar/?view=agenda", "/calendar/feed/", "/rounds/", "/help/", "/gallery/",
        "/outbox/", "/digest/", "/account/settings/", "/scores/", "/scores/lace/", "/scores/elixhauser_vw/",
        "/instruments/esas_r/blank/",
    ),
    "gwen": ("/team/", "/access-review/", "/access-review/audit/", "/duplicates/"),
    "adam": (
        "/administration/users/", "/administration/users/new/", "/administration/sites/", "/account/", "/accounts/2fa/",
        "/accounts/sessions/",
    ),
    "ulrich": ("/clocks/notices/",),
}  # fmt: skip
OF_A_PATIENT = (
    "", "threads/", "review/", "call/", "story/", "what-matters/", "particulars/", "assessments/", "team/",
    "documents/", "refer/", "messages/", "calendar/", "calendar/list/", "book/", "conference/", "plan/",
    "plan/plain/", "plan/plain/?language=es",
)  # fmt: skip


def _addresses(visitor: Visitor, name: str) -> list[str]:
    """The pages of one colleague, with those of the first patient on the nurse's list."""
    found = list(PAGES[name])
    if name == "dana":
        visitor.page.goto("/")
        patient = visitor.page.locator(ROW).first.get_attribute("href") or ""
        found += [patient + part for part in OF_A_PATIENT]
        found += [patient.replace("/p/", "/today/"), patient.replace("/p/", "/today/") + "why/"]
        for start, link in (
            ("/clocks/", "main table a"),
            ("/calendar/?view=agenda", "main a[href^='/appointment/']"),
            ("/rounds/", "main a[href^='/rounds/']"),
            ("/directory/", "main [data-open]"),
            ("/directory/?kind=organization", "main [data-open]"),
            ("/intake/", "main [data-open]"),
            ("/referrals/", "main [data-open]"),
            ("/delegated/", "main a[href$='/hand-on/']"),
            (patient, "a[href^='/case/']"),
        ):
            visitor.page.goto(start)
            found.append(visitor.page.locator(link).first.get_attribute("href") or "")
        found.append(f"{found[-1]}closing/")  # of the case
    return found


# What is shown to the eye and what to the printer is asked of a page while it stands: opening it is most of the time.
FRAME_SHOWN = "found => found.some((el) => getComputedStyle(el).display !== 'none')"


def _prints_itself_alone(visitor: Visitor) -> bool:
    """Whether the page on the screen would be printed with its heading and without the product's frame."""
    visitor.page.emulate_media(media="print")
    framed = visitor.page.locator(".rail, .topbar").evaluate_all(FRAME_SHOWN)
    headed = visitor.page.locator("h1:visible").count() > 0
    visitor.page.emulate_media(media="screen")
    return headed and not framed


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_barrier_or_keeps_anything_and_each_prints_what_it_says_alone(
    visit: Callable[..., Visitor], name: str
) -> None:
    visitor = visit(color_scheme="light")
    visitor.sign_in(name)
    wrong = []
    for address in _addresses(visitor, name):
        answer = visitor.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        wrong += [f"{address}: {barrier}" for barrier in visitor.barriers()]
        if not _prints_itself_alone(visitor):
            wrong.append(f"{address} prints the frame, or no heading")
        kept = visitor.page.evaluate("({...localStorage, ...sessionStorage})")
        # htmx remembers the path it stands on, which names nobody
        assert set(kept) <= {"htmx-current-path-for-history"}, f"{address} keeps {kept} in the browser"
    assert not wrong, "\n".join(wrong)
    assert visitor.complaints == []


# The open tab of a row of tabs that does not fit.
HIDDEN_TAB = """(() => { for (const tab of document.querySelectorAll('.tabs [aria-current]')) {
  const [here, all] = [tab, tab.parentElement].map((el) => el.getBoundingClientRect());
  if (here.width < all.width && (here.left < all.left - 1 || here.right > all.right + 1)) return tab.textContent;
} return ''; })()"""


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_at_320_pixels_or_is_hard_to_read_in_the_dark(
    visit: Callable[..., Visitor], name: str
) -> None:
    visitor = visit(color_scheme="dark")
    visitor.sign_in(name)
    wrong = []
    for address in _addresses(visitor, name):
        visitor.page.set_viewport_size({"width": 320, "height": 700})
        answer = visitor.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"{address} scrolls sideways")
        if hidden := visitor.page.evaluate(HIDDEN_TAB):
            wrong.append(f"{address}: the open tab {hidden} lies outside")
        visitor.page.set_viewport_size({"width": 1366, "height": 768})
        # Structure, names and roles are the same in both themes: the dark one is asked for its colours.
        wrong += [f"{address}: {barrier}" for barrier in visitor.barriers("color-contrast")]
        kept = visitor.page.evaluate("({...localStorage, ...sessionStorage})")
        assert set(kept) <= {"htmx-current-path-for-history"}, f"{address} keeps {kept} in the browser"
    assert not wrong, "\n".join(wrong)
    assert visitor.complaints == []


# What stands at the end of a row, below its text though half of the row would hold it.
BELOW = """[...document.querySelectorAll('main .list > li')].filter((row) => {
  const end = row.querySelector(':scope > .end'), text = row.firstElementChild;
  if (!end || end === text || !end.offsetParent) return false;
  const [a, b] = [text.getBoundingClientRect(), end.getBoundingClientRect()];
  return b.top >= a.bottom - 2 && b.width < row.clientWidth / 2;
}).map((row) => row.textContent.trim().replace(/\\s+/g, ' ').slice(0, 50)).slice(0, 3)"""


@pytest.mark.parametrize("name", PAGES)
def test_what_a_row_offers_stands_beside_its_text_where_there_is_room(visit: Callable[..., Visitor], name: str) -> None:
    visitor = visit()
    visitor.sign_in(name)
    visitor.page.set_viewport_size({"width": 1366, "height": 768})
    wrong = []
    for address in _addresses(visitor, name):
        visitor.page.goto(address)
        wrong += [f"{address}: {row}" for row in visitor.page.evaluate(BELOW)]
    assert not wrong, "\n".join(wrong)


# WCAG 2.2, 1.4.12: what a reader may set without losing anything.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""
# Text that is cut off where it cannot be scrolled to: a box that hides what overflows it.
CUT_OFF = """[...document.querySelectorAll('main *')].filter((el) => {
  const style = getComputedStyle(el);
  return el.clientHeight > 1 && el.clientWidth > 1 && el.textContent.trim() && !el.closest('.sr, .signin__brand, svg')
    && (style.overflowY === 'hidden' && el.scrollHeight > el.clientHeight + 1
      || style.overflowX === 'hidden' && el.scrollWidth > el.clientWidth + 1);
}).map((el) => el.tagName + '.' + el.className).slice(0, 3)"""
MOVES = """document.getAnimations().filter((one) => one.effect.getTiming().duration > 1
  || one.effect.getTiming().iterations === Infinity).length"""
# A radio drawn as its label shows the focus there.
UNSEEN = """[document.activeElement, document.activeElement.closest('label')].every(
  (el) => !el || getComputedStyle(el).outlineStyle === 'none')"""
CLINICAL = re.compile(r"[?&](name|q|dob|mrn|phone|note|text|title)=[^&]", re.I)


@pytest.mark.parametrize("name", PAGES)
def test_text_spacing_forced_colours_and_stillness_lose_nothing(visit: Callable[..., Visitor], name: str) -> None:
    visitor = visit(forced_colors="active", reduced_motion="reduce", bypass_csp=True)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.sign_in(name)
    wrong = []
    for address in _addresses(visitor, name):
        visitor.page.goto(address)
        visitor.page.add_style_tag(content=SPACING)
        wrong += [f"{address} cuts off {part}" for part in visitor.page.evaluate(CUT_OFF)]
        if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"{address} scrolls sideways")
        if visitor.page.evaluate(MOVES):
            wrong.append(f"{address} moves")
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate(UNSEEN):
            wrong.append(f"{address} shows no focus")
    assert not wrong, "\n".join(wrong)
    assert not [address for address in asked if CLINICAL.search(address)]


def test_forced_colours_and_large_spacing_keep_the_list_usable(visit: Callable[..., Visitor]) -> None:
    dana = visit(forced_colors="active", reduced_motion="reduce")
    dana.sign_in("dana")
    dana.page.goto("/")
    dana.page.keyboard.press("j")
    assert dana.page.evaluate("document.activeElement.matches('[data-row]')")
    outline = dana.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_no_name_of_a_patient_stands_in_an_address(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    asked: list[str] = []
    dana.page.on("request", lambda request: asked.append(request.url))
    dana.sign_in("dana")
    dana.page.goto("/")
    name = dana.page.locator(ROW).first.inner_text()
    dana.page.locator("#q").fill(name)
    dana.page.wait_for_selector("#found a")
    dana.page.keyboard.press("Enter")
    dana.page.wait_for_url("**/p/**")
    family = name.split()[-1].split("-")[0].lower()
    assert not [address for address in asked if family in address.lower()]
