package io.ashlar.daemon.cluster;

import io.ashlar.replication.identity.Validity;
import java.time.Duration;
import java.time.Instant;

/// How long certificates are good. Nothing renews them by itself yet: they are good for longer than
/// machines are.
final class Validities {
  private static final Duration AUTHORITY = Duration.ofDays(20 * 365);
  private static final Duration NODE = Duration.ofDays(10 * 365);

  private Validities() {}

  static Validity ofAuthority() {
    return Validity.startingAt(Instant.now(), AUTHORITY);
  }

  static Validity ofNode() {
    return Validity.startingAt(Instant.now(), NODE);
  }
}
