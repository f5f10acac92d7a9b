"""Measuring several subjects in turn, so that whatever else the machine does hits all of them alike."""
import statistics

from bench.speak import step


def in_turn(subjects, rounds, measure):
    """A B C, A B C, …: subject → the list of what `measure(subject)` returned, a dictionary of numbers each."""
    results = {subject: [] for subject in subjects}
    for number in range(1, rounds + 1):
        for subject in subjects:
            results[subject].append(measure(subject))
            figures = ", ".join(f"{name} {value:,.4g}" for name, value in results[subject][-1].items())
            step(f"Round {number} of {rounds}, {subject}: {figures}")
    return results


def medians(results):
    """subject → figure → the median over the rounds."""
    return {
        subject: {figure: statistics.median(each[figure] for each in measured) for figure in measured[0]}
        for subject, measured in results.items()
    }
