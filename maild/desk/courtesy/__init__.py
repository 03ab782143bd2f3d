"""What a customer's short mail says: yes, no, only thanks, or words that somebody must read."""

from maild.desk.courtesy.reading import Answer, find_answer

__all__ = ["Answer", "find_answer"]
