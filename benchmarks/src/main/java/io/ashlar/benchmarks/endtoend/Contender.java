package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.time.Duration;

/// Something that can be measured in a round.
interface Contender {
  String name();

  Sample measure(Duration duration) throws IOException, InterruptedException;
}
