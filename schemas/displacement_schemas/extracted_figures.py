"""The frame `extracted_figures`: displacement figures read out of one text."""

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Table, Text, Whole, field
from displacement_schemas.vocabulary import (
    AreaRole,
    Cause,
    CounterKind,
    DatePrecision,
    Measure,
    Modality,
    Population,
    Quantifier,
    Term,
    Tier,
    Unit,
)


class ExtractedFigures(Table):
    """One displacement figure of a text, with the place in the text that says it.

    Offsets count characters of the text as given; the end is exclusive, so that
    `text[number_start:number_end]` is `number_text`.
    """

    number_start: Series[Whole] = field("Offset of the number's first character.", ge=0)
    number_end: Series[Whole] = field("Offset after the number's last character.", ge=1)
    number_text: Series[Text] = field("The number as it stands in the text.")
    sentence_start: Series[Whole] = field("Offset of the sentence's first character.", ge=0)
    sentence_end: Series[Whole] = field("Offset after the sentence's last character.", ge=1)
    quote: Series[Text] = field("The sentence, at most 300 characters around the number.")
    counter: Series[Text] = field("The organisation that counted, as the text names it.")
    counter_kind: Series[Text] = field("The kind of counter.", words=CounterKind)
    publisher: Series[Text] = field("Who printed the text.", nullable=True)
    measure: Series[Text] = field("What is counted.", words=Measure)
    term: Series[Text] = field("The text's word for what happened.", words=Term)
    cause: Series[Text] = field("What drove the people out.", words=Cause)
    modality: Series[Text] = field("Whether it happened or may happen.", words=Modality)
    unit: Series[Text] = field("Who is counted one by one.", words=Unit)
    quantifier: Series[Text] = field("How the words bind the number.", words=Quantifier)
    stated: Series[Decimal] = field(
        "The number; the low end of a range; null if vague.",
        unit="as in column unit",
        ge=0,
        nullable=True,
    )
    stated_high: Series[Decimal] = field(
        "The high end of a range.", unit="as in column unit", ge=0, nullable=True
    )
    start_date: Series[Day] = field("First day; null where left open.", nullable=True)
    end_date: Series[Day] = field("Last day, inclusive.")
    date_precision: Series[Text] = field("How exactly the text dates it.", words=DatePrecision)
    area_text: Series[Text] = field("The area as the text names it; empty where it names none.")
    area_names: Series[Text] = field(
        "The places of `area_role`, one by one, joined by |.", nullable=True
    )
    area_role: Series[Text] = field("Where the area stands in the movement.", words=AreaRole)
    published_on: Series[Day] = field("Publication date of the text.")
    group_id: Series[Text] = field(
        "Shared by figures of one text that count the same people in other units or words.",
        nullable=True,
    )
    supersedes: Series[Decimal] = field(
        "The number that this one replaces: 12,000, up from 9,000.",
        unit="as in column unit",
        ge=0,
        nullable=True,
    )
    population: Series[Text] = field("Who these people are.", words=Population)
    via: Series[Text] = field("Who passed the counter's number on.", nullable=True)
    caveat: Series[Text] = field("The publisher's own reservation.", nullable=True)
    tier: Series[Text] = field("Whether a reviewer has to look first.", words=Tier)
    rule_id: Series[Text] = field("The rule that took the number.")
    lang: Series[Text] = field("The language of the text.")
    term_start: Series[Whole] = field("Offset of the words that make it a figure.", ge=0)
    term_end: Series[Whole] = field("Offset after these words.", ge=0)
    counter_start: Series[Whole] = field("Offset of the counter.", ge=0, nullable=True)
    counter_end: Series[Whole] = field("Offset after the counter.", ge=0, nullable=True)
    period_start: Series[Whole] = field("Offset of the words of time.", ge=0, nullable=True)
    period_end: Series[Whole] = field("Offset after the words of time.", ge=0, nullable=True)
    area_start: Series[Whole] = field("Offset of the area.", ge=0, nullable=True)
    area_end: Series[Whole] = field("Offset after the area.", ge=0, nullable=True)

    class Config:
        metadata = {"sort_by": ["number_start"]}
