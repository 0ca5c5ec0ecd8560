package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// One line of the results: contenders that are measured in turn, and what is asked of them.
final class Row {
  private final String key;
  private final String title;
  private final List<Series> series;
  private final Function<Row, List<Bar>> judge;

  /// @param key short and stable, to choose rows by
  Row(String key, String title, List<Contender> contenders, Function<Row, List<Bar>> judge) {
    this.key = key;
    this.title = title;
    this.series = contenders.stream().map(Series::new).toList();
    this.judge = judge;
  }

  String key() {
    return key;
  }

  String title() {
    return title;
  }

  List<Series> series() {
    return series;
  }

  /// The series of the contender with this name.
  Series of(String name) {
    return series.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no contender " + name + " in " + key));
  }

  List<Bar> bars() {
    return judge.apply(this);
  }

  /// Measures each contender once.
  void round(Duration duration) throws IOException, InterruptedException {
    for (Series each : series) {
      each.add(each.contender().measure(duration));
    }
  }
}
