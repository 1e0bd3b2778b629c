"""Words that tell what the site is: none may be in a name that a phone or a proxy could keep.

Names are those of hosts, files, cookies, headers, fields, classes and ids, and the title. A part of
a word counts, unless it begins many harmless ones.
"""

import re

TELLING_WORDS = {
    "en": "police|abus|violen|victim|shelter|refuge|survivor|assault|\\brape|stalk|justice|"
    "perpetrator|offender|domestic|batter(?!y)|bruise|safety|safehouse|hotline|helpline|lawyer",
    "nl": "politie|geweld|slachtoffer|misbruik|mishandel|huisverbod|opvang|belag|dader|veilig|"
    "vluchthuis|aangifte|verkracht|hulplijn|advocaat|gezinsjustitie",
    "fr": "violen|\\bviol\\b|victime|agress|conjug|plainte|foyer|maltrait|harcel|refuge|policier|"
    "frapp[ée]|secours|avocat|auteur des faits",
    "ar": "عنف|ضحية|ضحايا|شرطة|ملجأ|اعتداء|إساءة|تحرش|اغتصاب|شكوى|محامي|أمان|nisaa|tahadi",
}
TELLING = re.compile("|".join(TELLING_WORDS.values()), re.IGNORECASE)
