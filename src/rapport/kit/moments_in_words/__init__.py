"""A moment to come, as people say it in English and Chinese: "Friday 9", "in 3 hours", "明天下午3点半", "月底".

    moment_in_words("tomorrow 14:30", now=timezone.localtime(clock.now()))

Pure: words and the present moment in, a moment out, in the time zone of `now`. Days without a time are at nine in the
morning. A weekday is the next one to come: on a Friday, "Friday" is in a week, and "Friday 17:00" today while that is
still to come. Numbers with slashes are refused, since half the world reads them the other way round.
"""

from rapport.kit.moments_in_words.reading import NotAMoment, Past, moment_in_words

__all__ = ["NotAMoment", "Past", "moment_in_words"]
