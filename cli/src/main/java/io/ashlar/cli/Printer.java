package io.ashlar.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/// Prints a result as the user asked: as text that the command composes, or as the API's own
/// record.
public final class Printer {
  private final OutputFormat format;
  private final PrintWriter out;

  public Printer(OutputFormat format, PrintWriter out) {
    this.format = format;
    this.out = out;
  }

  /// Prints one result.
  ///
  /// @param value the record, for JSON and YAML
  /// @param text writes the form for people
  public void print(Object value, Consumer<PrintWriter> text) {
    switch (format) {
      case TABLE, WIDE -> text.accept(out);
      case JSON -> out.println(Mappers.JSON.writeValueAsString(value));
      case YAML -> out.print(Mappers.YAML.writeValueAsString(value));
    }
    out.flush();
  }

  boolean isWide() {
    return format == OutputFormat.WIDE;
  }

  /// Made when first used: a table needs no mapper.
  private static final class Mappers {
    static final ObjectMapper JSON =
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    static final ObjectMapper YAML =
        YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();
  }
}
