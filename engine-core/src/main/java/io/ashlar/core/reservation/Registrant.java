package io.ashlar.core.reservation;

/// A registered host as a report shows it.
///
/// @param host who
/// @param key its reservation key, never 0
public record Registrant(HostIdentity host, long key) {}
