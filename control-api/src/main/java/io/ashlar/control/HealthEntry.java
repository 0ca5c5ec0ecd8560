package io.ashlar.control;

/// One thing to know about a node's health.
///
/// @param code see [HealthCode]
/// @param severity `notice`, `warning` or `critical`
/// @param sentence what is the matter, with which thing, and what to do
public record HealthEntry(String code, String severity, String sentence) {}
