"""An entry of `rules`: when it is asked, what it asks, what it wants, and the tests beside it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from maild.config import kinds
from maild.documents import Document, Path
from maild.rules.language.forms import TEXT_FORM, AlsoWritten, Passage, not_twice
from maild.rules.language.operators import Vocabulary
from maild.rules.language.then import Then
from maild.rules.language.trials import TrialSection
from maild.rules.language.when import WhenOrAlways, condition_of
from maild.rules.occasions import On
from maild.rules.written import Rule

Occasion = Literal["new", "reply", "reopened", "survey", "any"]
# Whoever says "any" means mail; a vote is asked for by its name.
_OF_MAIL = frozenset({On.NEW, On.REPLY, On.REOPENED})


class RuleSection(Passage):
    """An entry of `rules`."""

    on: Annotated[
        tuple[Occasion, ...],
        BeforeValidator(kinds.one_or_many),
        AfterValidator(not_twice),
        Field(min_length=1),
        AlsoWritten(TEXT_FORM),
    ] = ("new",)
    when: WhenOrAlways
    then: Then
    tests: tuple[TrialSection, ...] = ()

    def value(self, name: str, document: Document, path: Path, vocabulary: Vocabulary) -> Rule:
        """Give the rule that stands at a path."""
        occasions = _OF_MAIL if "any" in self.on else frozenset(On(word) for word in self.on)
        return Rule(
            name=name,
            place=document.place_of_key(path),
            on=occasions,
            when=condition_of(self.when, vocabulary),
            then=self.then.effects(),
            tests=tuple(each.value(document, (*path, "tests", number)) for number, each in enumerate(self.tests)),
        )
