"""What people come for, and the clicks it takes: the table in the manual, done in a browser.

A step is what a reader does; a choice in a list is two clicks (open, choose), all others are one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.conftest import Visit

MOST = 4


@dataclass(frozen=True)
class Menu:
    """Another page, by the menu."""

    page: str
    clicks: int = 1

    @property
    def told(self) -> str:
        return self.page

    def do(self, visit: Visit) -> None:
        visit.page.locator('[data-testid="stSidebarNav"]').get_by_role(
            "link", name=self.page, exact=True
        ).click()
        visit.page.wait_for_timeout(600)
        visit.ready()


@dataclass(frozen=True)
class Choice:
    """An option of a list; `first` is the nth option where no name is given."""

    label: str
    option: str = ""
    clicks: int = 2

    @property
    def told(self) -> str:
        return f"{self.label}: {self.option or 'kies'}"

    def do(self, visit: Visit) -> None:
        if self.option:
            visit.choose(self.label, self.option)
            return
        visit.page.get_by_role("combobox", name=self.label).click()
        visit.page.get_by_role("option").nth(1).click()
        visit.page.wait_for_timeout(600)
        visit.ready()


@dataclass(frozen=True)
class Press:
    """A button, a summary or a word that opens."""

    words: str
    clicks: int = 1

    @property
    def told(self) -> str:
        return self.words

    def do(self, visit: Visit) -> None:
        visit.page.get_by_text(self.words, exact=True).first.click()
        visit.page.wait_for_timeout(500)


@dataclass(frozen=True)
class Take:
    """A button that gives a file."""

    words: str
    clicks: int = 1

    @property
    def told(self) -> str:
        return self.words

    def do(self, visit: Visit) -> None:
        button = visit.page.get_by_role("button", name=self.words).first
        button.scroll_into_view_if_needed()
        with visit.page.expect_download() as waiting:
            button.click()
        assert waiting.value.suggested_filename


@dataclass(frozen=True)
class Slide:
    """A slider to a value, by dragging or by arrow keys."""

    label: str
    steps: int
    clicks: int = 1

    @property
    def told(self) -> str:
        return f"schuif {self.label}"

    def do(self, visit: Visit) -> None:
        slider = visit.page.get_by_role("slider", name=self.label).first
        slider.focus()
        for _ in range(self.steps):
            slider.press("ArrowRight")
        visit.page.wait_for_timeout(800)
        visit.ready()


Step = Menu | Choice | Press | Take | Slide


@dataclass(frozen=True)
class Job:
    """What somebody wants to know or have; `seen` stands on the page when it is done."""

    wish: str
    steps: tuple[Step, ...]
    seen: tuple[str, ...] = ()

    @property
    def clicks(self) -> int:
        return sum(step.clicks for step in self.steps)

    @property
    def way(self) -> str:
        return " > ".join(["Overzicht", *(step.told for step in self.steps)])


JOBS = (
    Job(
        "het bereik van een school naast vorig jaar en haar gemeente",
        (Choice("Gebied of groep", "School (vestiging)"), Choice("Kies: school (vestiging)")),
        ("Bereik per 100 leerlingen", "in 2023/2024", "(verschil: "),
    ),
    Job(
        "welke school veel schorsingen heeft",
        (Menu("Scholen vergelijken"), Press("Geschorste leerlingen per 1.000")),
        ("buiten de grens van 99,8%", "Grens 99,8%", "Tegen de grens"),
    ),
    Job(
        "of hulp binnen twee weken start, en waar niet",
        (Menu("Verwijzingen"), Press("Wijk")),
        ("Hulp gestart binnen twee weken", "naast elkaar, per"),
    ),
    Job(
        "bij welke aanbieder leerlingen lang wachten",
        (Menu("Proces en resultaat"),),
        ("verschilt zeker per aanbieder: lager bij De Vliegerhof",),
    ),
    Job(
        "welke school in aanmerking komt voor SMW-XTRA",
        (Menu("Inzet en structuur"),),
        ("Zeker boven beide grenzen voor SMW-XTRA:",),
    ),
    Job("wat Zorg In School bespaart", (Menu("Besparing"),), ("Zorg In School",)),
    Job(
        "wat tien procent hogere tarieven doen",
        (Menu("Scenario"), Slide("Tarieven", 10)),
        ("110",),
    ),
    Job(
        "de tabel achter een figuur",
        (Menu("Bereik en hulpvragen"), Press("Over dit cijfer"), Take("Excel")),
    ),
    Job(
        "een grafiek als afbeelding",
        (Menu("Bereik en hulpvragen"), Take("Afbeelding van de grafiek, PNG")),
    ),
    Job("dia's van deze keuze", (Press("Maak een rapport"), Take("PowerPoint"))),
    Job("wat te laat is", (), ("te laat",)),
    Job(
        "waarom een cijfer veranderde",
        (Menu("Proces en resultaat"), Press("Leg dit cijfer uit")),
        ("Waar dat vandaan komt",),
    ),
)


def table() -> str:
    """The jobs as they stand in the manual."""
    rows = [f"| {job.wish} | {job.way} | {job.clicks} |" for job in JOBS]
    return "\n".join(["| Wilt u weten of hebben | Dan | Klikken |", "|---|---|---|", *rows])
