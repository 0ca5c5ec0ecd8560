package io.ashlar.daemon.config;

import io.ashlar.daemon.config.ConfigValues.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where configuration comes from.
///
/// @param file the main file; null reads [#INSTALLED_FILE] if there is one. Beside it,
///   `conf.d/*.yaml` are read after it
/// @param environment the process's environment; only names that begin with `ASHLAR__` matter
/// @param settings `key=value` from the command line
public record ConfigSources(
    @Nullable Path file, Map<String, String> environment, List<String> settings) {
  public static final Path INSTALLED_FILE = Path.of("/etc/ashlar/ashlar.yaml");
  private static final String ENVIRONMENT_PREFIX = "ASHLAR__";

  /// Reads all sources and checks each value by itself.
  ConfigValues read(List<String> errors) {
    ConfigValues values = new ConfigValues();
    for (Path each : files(errors)) {
      ConfigFile.read(each, errors)
          .forEach((key, said) -> put(values, ConfigKey.of(key), key, said, errors));
    }
    new TreeMap<>(environment)
        .forEach((name, text) -> {
          if (name.startsWith(ENVIRONMENT_PREFIX)) {
            put(values, ConfigKey.ofEnvironment(name), name, new Said(text, name), errors);
          }
        });
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        errors.add("--set " + setting + ": write it as key=value.");
        continue;
      }
      String key = setting.substring(0, equals).strip();
      Said said = new Said(setting.substring(equals + 1).strip(), "--set " + key);
      put(values, ConfigKey.of(key), key, said, errors);
    }
    return values;
  }

  private static void put(
      ConfigValues values, @Nullable ConfigKey key, String name, Said said, List<String> errors) {
    if (key == null) {
      errors.add(said.origin() + ": there is no option '" + name + "'." + suggestion(name));
      return;
    }
    String complaint = key.kind().complaint(said.text());
    if (complaint.isEmpty()) {
      values.put(key, said);
    } else {
      errors.add(
          "%s: %s %s, and is '%s'.".formatted(said.origin(), key.key(), complaint, said.text()));
    }
  }

  private static String suggestion(String name) {
    boolean fromEnvironment = name.startsWith(ENVIRONMENT_PREFIX);
    return Suggestion.forUnknown(
        name,
        Arrays.stream(ConfigKey.values())
            .map(key -> fromEnvironment ? key.environmentName() : key.key())
            .toList());
  }

  private List<Path> files(List<String> errors) {
    List<Path> files = new ArrayList<>();
    Path main = file == null ? INSTALLED_FILE : file;
    if (file != null || Files.exists(main)) {
      files.add(main);
    }
    Path dropIns = main.toAbsolutePath().resolveSibling("conf.d");
    if (!Files.isDirectory(dropIns)) {
      return files;
    }
    try (Stream<Path> entries = Files.list(dropIns)) {
      entries.filter(each -> each.toString().endsWith(".yaml")).sorted().forEach(files::add);
    } catch (IOException unreadable) {
      errors.add(dropIns + " cannot be listed: check its mode.");
    }
    return files;
  }
}
