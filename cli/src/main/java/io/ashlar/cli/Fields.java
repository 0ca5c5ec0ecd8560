package io.ashlar.cli;

import io.ashlar.control.HealthEntry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One thing, a field per line, with the values aligned.
public final class Fields {
  private record Field(String name, String value) {}

  private final List<Field> fields = new ArrayList<>();

  public Fields add(String name, Object value) {
    fields.add(new Field(name, value.toString()));
    return this;
  }

  /// A field for each entry, named by its severity.
  Fields health(List<HealthEntry> entries) {
    for (HealthEntry each : entries) {
      String severity = each.severity();
      String name = severity.substring(0, 1).toUpperCase(Locale.ROOT) + severity.substring(1);
      add(name, each.sentence());
    }
    return this;
  }

  public void print(PrintWriter out) {
    int width = fields.stream().mapToInt(field -> field.name.length()).max().orElse(0);
    for (Field field : fields) {
      String padding = " ".repeat(width - field.name.length());
      out.println(field.name + ":" + padding + "  " + field.value);
    }
  }
}
