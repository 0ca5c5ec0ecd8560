package io.ashlar.daemon.config;

/// The reference page of all options, printed from [ConfigKey].
public final class ConfigReference {
  private static final String HEAD =
      """
      # Configuration

      Printed by `ashlar config reference`; do not edit by hand.

      The file is `/etc/ashlar/ashlar.yaml` (or the one that `--config` names), followed by
      `conf.d/*.yaml` beside it in the order of their names, the environment, and `--set key=value` on
      the command line; later ones win. Unknown options are refused, and `ashlar config check` names
      everything that is wrong at once. Secrets are never values: an option names the file that holds
      them.

      ```yaml
      nvme:
        listen: [127.0.0.1]
        port: 4420
      pool:
        size: 64GiB
      ```

      | option | value | default | meaning |
      |---|---|---|---|
      """;

  private static final String TAIL =
      """

      ## Environment

      Each option has a variable: its key in capitals with `__` for the dots and `_` for the dashes,
      after `ASHLAR__`. `nvme.discovery-port` is `ASHLAR__NVME__DISCOVERY_PORT`. The doubled underscore
      keeps clear of the variables that Kubernetes makes for a service called `ashlar`.
      """;

  private ConfigReference() {}

  /// The page as Markdown.
  public static String markdown() {
    StringBuilder page = new StringBuilder(HEAD);
    for (ConfigKey key : ConfigKey.values()) {
      String standard = key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`";
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(key.key(), key.kind().title(), standard, key.sentence()));
    }
    return page.append(TAIL).toString();
  }
}
