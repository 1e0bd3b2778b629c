"""What survivors of the demo tell without their names, and what the house publishes to it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.demo.diary import Act, Diary
from portal.demo.people import StaffPerson, Survivor, sign_in
from portal.services.feedback import answers, giving
from portal.services.feedback.answers import Typed
from portal.services.moderation import deciding

_TOLD = (
    (26, "Ik moest drie keer hetzelfde formulier invullen. De mensen waren wel vriendelijk."),
    (24, "الانتظار في الممر صعب مع الأطفال. لا يوجد مكان يلعبون فيه."),
    (17, "J’ai vu le panneau de loin. J’avais peur d’être vue à l’entrée."),
    (16, "Dank je voor de tolk. Nu kon ik alles zelf zeggen."),
    (9, "الموظفة شرحت لي كل شيء بهدوء. لكن الرسائل طويلة جدًا."),
    (8, "Le matin, c’est trop tôt pour moi. Je dois d’abord amener les enfants à l’école."),
    (0, "De deur beneden is zwaar met een kinderwagen."),
)
"""How many days ago, and what; the last of this week, which nobody reads yet."""
_CHILDREN: Typed = {
    "nl": (
        "Wachten in de gang is moeilijk met kinderen.",
        "Er is nu een hoek met speelgoed en een tafel, naast de balie.",
    ),
    "fr": (
        "Attendre dans le couloir est difficile avec des enfants.",
        "Il y a maintenant un coin avec des jouets et une table, à côté de l’accueil.",
    ),
    "en": (
        "Waiting in the hall is hard with children.",
        "There is a corner with toys and a table now, next to the desk.",
    ),
    "ar": (
        "الانتظار في الممر صعب مع الأطفال.",
        "توجد الآن زاوية فيها ألعاب وطاولة، بجانب مكتب الاستقبال.",
    ),
}
_FORM: Typed = {
    "nl": (
        "Je moest bij elke dienst hetzelfde formulier invullen.",
        "Vanaf volgende maand vragen we je gegevens één keer. De diensten vragen ze niet opnieuw.",
    ),
    "en": (
        "You had to fill in the same form at each service.",
        "From next month we ask for your details once. The services do not ask again.",
    ),
}
_WHY = "Meer dan één persoon schreef dit. Het is gedaan."


def note_feedback(
    diary: Diary, survivors: list[Survivor], moderator: StaffPerson, coordinator: StaffPerson
) -> None:
    """Some tell how it was; one answer is published, one waits for a second person."""
    for days, words in _TOLD:
        diary.note(diary.now - timedelta(days=days, minutes=50), _tell(survivors, words))
    published = _answer(_CHILDREN, moderator, coordinator)
    diary.note(diary.working(diary.now - timedelta(days=12)), published)
    diary.note(diary.now - timedelta(hours=5), _answer(_FORM, moderator, None))


def _tell(survivors: list[Survivor], words: str) -> Act:
    def act(session: Session, at: datetime) -> None:
        # Whoever has a file by then: nobody will know who it was.
        here = [one for one in survivors if hasattr(one, "case_id")]
        for her in here[len(words) % 5 :][:1]:
            giving.give(session, sign_in(session, her, at=at), words, now=at)

    return act


def _answer(texts: Typed, by: StaffPerson, decider: StaffPerson | None) -> Act:
    def act(session: Session, at: datetime) -> None:
        acting = sign_in(session, by, at=at)
        asked = answers.write(session, acting, texts, reason=_WHY, now=at)
        if decider is not None:
            deciding.accept(session, sign_in(session, decider, at=at), asked.id, now=at)

    return act
