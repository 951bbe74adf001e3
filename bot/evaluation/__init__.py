"""Evaluation: labelled cases, metrics and calibration."""
