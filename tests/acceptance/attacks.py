"""The table of attacks (mail-facts, 5)."""

from tests.acceptance.attacking import Attack
from tests.acceptance.attacks_by_answers import (
    answers_to_outsiders,
    echoes,
    echoes_in_notes,
    echoes_without_marks,
    empty_answers,
    vacations,
)
from tests.acceptance.attacks_by_claim import (
    claimed_agent,
    displayed_names,
    forged_marks,
    forms_and_keys,
    many_references,
    marks_of_others,
    marks_of_the_past,
    our_own_headers,
    reply_to_of_an_agent,
    several_senders,
    spoofed_requester,
    tag_guessing,
    threads_of_others,
    ticket_trick,
)
from tests.acceptance.attacks_by_words import bombs, dates, file_names, line_breaks, scripts, slow_words, templates

ATTACKS: tuple[Attack, ...] = (
    tag_guessing,
    spoofed_requester,
    forged_marks,
    claimed_agent,
    reply_to_of_an_agent,
    several_senders,
    displayed_names,
    line_breaks,
    templates,
    scripts,
    slow_words,
    file_names,
    our_own_headers,
    ticket_trick,
    many_references,
    marks_of_others,
    marks_of_the_past,
    bombs,
    dates,
    threads_of_others,
    echoes,
    echoes_without_marks,
    echoes_in_notes,
    empty_answers,
    answers_to_outsiders,
    vacations,
    forms_and_keys,
)
