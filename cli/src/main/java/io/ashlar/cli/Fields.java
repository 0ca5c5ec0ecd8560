package io.ashlar.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// One thing, a field per line, with the values aligned.
final class Fields {
  private record Field(String name, String value) {}

  private final List<Field> fields = new ArrayList<>();

  Fields add(String name, Object value) {
    fields.add(new Field(name, value.toString()));
    return this;
  }

  Fields warnings(List<String> sentences) {
    sentences.forEach(sentence -> add("Warning", sentence));
    return this;
  }

  void print(PrintWriter out) {
    int width = fields.stream().mapToInt(field -> field.name.length()).max().orElse(0);
    for (Field field : fields) {
      String padding = " ".repeat(width - field.name.length());
      out.println(field.name + ":" + padding + "  " + field.value);
    }
  }
}
