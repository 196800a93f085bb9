"""The table `areas`: the nested places that figures speak of."""

from pandera.typing import Series

from displacement_schemas.table import Day, Decimal, Table, Text, Whole, field


class Areas(Table):
    """One administrative area: its code, names, parent and population.

    A country's code is the start of its areas' P-codes as ISO 3166-1 alpha-2 has it (SY, SD);
    sources may name it by alpha-3, which `country` holds.
    """

    area_code: Series[Text] = field("Code of the area within its system.")
    code_system: Series[Text] = field("The system the code belongs to; a bare code means nothing.")
    admin_level: Series[Whole] = field(
        "0 country, 1 governorate, state or province, 2 district, 3 sub-district.", ge=0, le=5
    )
    parent_code: Series[Text] = field("The area it lies in; null for a country.", nullable=True)
    country: Series[Text] = field("ISO 3166-1 alpha-3 code of the country.")
    name: Series[Text] = field("English name, as OCHA spells it.")
    name_ar: Series[Text] = field("Arabic name.", nullable=True)
    aliases: Series[Text] = field("Other spellings, joined by |.", nullable=True)
    population: Series[Decimal] = field(
        "Residents, for weighing areas against each other.", unit="persons", ge=0, nullable=True
    )
    population_year: Series[Whole] = field("Year of the population.", nullable=True)
    reference: Series[Text] = field("Where names, codes and population come from.")
    valid_from: Series[Day] = field(
        "Vintage: the day from which the list of codes holds that this one was read from.",
        nullable=True,
    )

    class Config:
        unique = ["code_system", "area_code"]
        metadata = {"sort_by": ["code_system", "area_code"]}
