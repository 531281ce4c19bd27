"""Lessons: ten notebooks of twenty minutes, their exercises, and who judges answers."""

from segtools.lessons.lesson import Lesson, start

__all__ = ["Lesson", "start"]
