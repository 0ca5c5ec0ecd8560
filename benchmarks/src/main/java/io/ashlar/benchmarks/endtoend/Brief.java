package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.time.Duration;

/// A contender that need not be measured for long.
///
/// @param longest how long at most
record Brief(Contender contender, Duration longest) implements Contender {
  @Override
  public String name() {
    return contender.name();
  }

  @Override
  public Sample measure(Duration duration) throws IOException, InterruptedException {
    return contender.measure(duration.compareTo(longest) < 0 ? duration : longest);
  }
}
