package io.ashlar.daemon.config;

import io.ashlar.control.ByteSize;
import io.ashlar.control.TimeSpan;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Every option's text and where it was said. Only checked texts get in, so that the typed getters
/// cannot fail.
final class ConfigValues {
  /// @param text as written
  /// @param origin for complaints: `ashlar.yaml:3`, `ASHLAR__INSECURE`, `--set insecure`, `default`
  record Said(String text, String origin) {}

  private static final String DEFAULT_ORIGIN = "default";

  private final Map<ConfigKey, Said> said = new EnumMap<>(ConfigKey.class);

  ConfigValues() {
    for (ConfigKey key : ConfigKey.values()) {
      said.put(key, new Said(key.defaultText(), DEFAULT_ORIGIN));
    }
  }

  void put(ConfigKey key, Said value) {
    said.put(key, value);
  }

  String origin(ConfigKey key) {
    return get(key).origin;
  }

  /// Whether anybody said it, rather than leave it at its default.
  boolean isSaid(ConfigKey key) {
    return !origin(key).equals(DEFAULT_ORIGIN);
  }

  String text(ConfigKey key) {
    return get(key).text;
  }

  int number(ConfigKey key) {
    return Integer.parseInt(text(key));
  }

  long size(ConfigKey key) {
    return ByteSize.parse(text(key));
  }

  long seconds(ConfigKey key) {
    return TimeSpan.parseSeconds(text(key));
  }

  boolean flag(ConfigKey key) {
    return Boolean.parseBoolean(text(key));
  }

  List<String> list(ConfigKey key) {
    return Kind.elements(text(key));
  }

  /// A path, or the fallback where none was said.
  Path path(ConfigKey key, Path fallback) {
    return text(key).isEmpty() ? fallback : Path.of(text(key));
  }

  private Said get(ConfigKey key) {
    return Objects.requireNonNull(said.get(key));
  }
}
