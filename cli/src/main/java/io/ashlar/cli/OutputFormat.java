package io.ashlar.cli;

import java.util.Locale;

/// How results are printed.
public enum OutputFormat {
  /// Columns for people.
  TABLE,
  /// More columns for people.
  WIDE,
  /// The API's records as JSON.
  JSON,
  /// The API's records as YAML.
  YAML;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
