package io.ashlar.daemon.config;

import io.ashlar.daemon.config.ConfigValues.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Reads a YAML file into dotted keys, each with the line it stands on. Reads nodes rather than
/// objects: no types, no tags, no aliases that multiply.
final class ConfigFile {
  private static final int BYTES_MAX = 1 << 20;

  private final Path file;
  private final List<String> errors;
  private final Map<String, Said> values = new LinkedHashMap<>();

  private ConfigFile(Path file, List<String> errors) {
    this.file = file;
    this.errors = errors;
  }

  /// The file's texts by dotted key; what cannot be read is added to the errors.
  static Map<String, Said> read(Path file, List<String> errors) {
    ConfigFile reading = new ConfigFile(file, errors);
    reading.load();
    return reading.values;
  }

  private void load() {
    try {
      if (Files.size(file) > BYTES_MAX) {
        errors.add(file + " is larger than 1MiB: it is no configuration file.");
        return;
      }
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(0).build();
      Optional<Node> root = new Compose(settings).composeString(Files.readString(file));
      root.ifPresent(node -> walk("", node));
    } catch (IOException unreadable) {
      errors.add(file + " cannot be read (" + reason(unreadable) + "): check its path and mode.");
    } catch (YamlEngineException malformed) {
      errors.add(file + " is not valid YAML: " + oneLine(malformed));
    }
  }

  private static String reason(IOException failure) {
    return failure.getClass().getSimpleName().replace("Exception", "");
  }

  private static String oneLine(YamlEngineException malformed) {
    return String.valueOf(malformed.getMessage())
        .lines()
        .map(String::strip)
        .collect(Collectors.joining(" "));
  }

  private void walk(String prefix, Node node) {
    switch (node) {
      case MappingNode mapping -> mapping.getValue().forEach(pair -> walkPair(prefix, pair));
      case ScalarNode scalar when prefix.isEmpty() && scalar.getValue().isEmpty() -> {}
      case ScalarNode scalar -> values.put(prefix, new Said(scalar.getValue(), origin(node)));
      case SequenceNode list when prefix.isEmpty() || !isFlat(list) ->
          errors.add(origin(node) + ": expected 'key: value' pairs.");
      case SequenceNode list -> values.put(prefix, new Said(join(list), origin(node)));
      default -> errors.add(origin(node) + ": aliases are not allowed here.");
    }
  }

  private void walkPair(String prefix, NodeTuple pair) {
    if (!(pair.getKeyNode() instanceof ScalarNode key)) {
      errors.add(origin(pair.getKeyNode()) + ": a key must be a word.");
      return;
    }
    String name = prefix.isEmpty() ? key.getValue() : prefix + "." + key.getValue();
    if (values.containsKey(name)) {
      errors.add(origin(key) + ": '" + name + "' is given twice.");
    }
    walk(name, pair.getValueNode());
  }

  private static boolean isFlat(SequenceNode list) {
    return list.getValue().stream().allMatch(ScalarNode.class::isInstance);
  }

  private static String join(SequenceNode list) {
    return list.getValue().stream()
        .map(each -> ((ScalarNode) each).getValue())
        .collect(Collectors.joining(",", "[", "]"));
  }

  private String origin(Node node) {
    int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    return file.getFileName() + ":" + line;
  }
}
