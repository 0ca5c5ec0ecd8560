package io.ashlar.replication.identity;

import io.ashlar.core.base.Check;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// From when until when a certificate is good; whole seconds, as certificates have them.
public record Validity(Instant from, Instant until) {
  /// Clocks of nodes differ: what was issued here and now is good there too.
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

  public Validity {
    from = from.truncatedTo(ChronoUnit.SECONDS);
    until = until.truncatedTo(ChronoUnit.SECONDS);
    Check.that(from.isBefore(until), "a certificate is good for some time");
  }

  /// From a moment before now on.
  public static Validity startingAt(Instant now, Duration length) {
    return new Validity(now.minus(CLOCKS_DIFFER), now.plus(length));
  }
}
