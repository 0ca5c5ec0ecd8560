package io.ashlar.daemon.config;

import java.util.List;

/// The configuration cannot be used; carries everything that is wrong with it, a sentence each.
public final class ConfigException extends Exception {
  private final List<String> sentences;

  public ConfigException(List<String> sentences) {
    super(String.join("\n", sentences));
    this.sentences = List.copyOf(sentences);
  }

  public List<String> sentences() {
    return sentences;
  }
}
