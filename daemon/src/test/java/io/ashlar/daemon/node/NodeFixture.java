package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.NodeInfo;
import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts small nodes in a directory, on free ports.
record NodeFixture(Path directory) {
  DaemonOptions options(String... settings) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.directory=" + directory.resolve("data"),
                "pool.size=1GiB",
                "engine.index-budget=16MiB",
                "management.port=0",
                "nvme.port=0",
                "nvme.discovery-port=0",
                "iscsi.port=0"));
    all.addAll(List.of(settings));
    Path file = Files.writeString(directory.resolve("ashlar.yaml"), "");
    return DaemonOptions.read(new ConfigSources(file, Map.of(), all));
  }

  Node start(String... settings) throws Exception {
    return start(PoolClaim.OWN_ONLY, settings);
  }

  Node start(PoolClaim claim, String... settings) throws Exception {
    return Node.start(
        options(settings),
        claim,
        sentence -> {},
        broken -> {
          throw new AssertionError("the shard broke", broken);
        },
        over -> {
          throw new AssertionError(over);
        });
  }

  StartException refusal(String... settings) {
    StartException refused =
        catchThrowableOfType(
            StartException.class,
            () -> {
              try (Node node = start(settings)) {
                assertThat(node).isNull();
              }
            });
    assertThat(refused).as("the node refuses to start").isNotNull();
    return refused;
  }

  /// A client that has the token.
  ControlClient client(Node node) throws Exception {
    String address =
        node.info().endpoints().stream()
            .filter(each -> each.service().equals("management"))
            .map(NodeInfo.Endpoint::address)
            .findFirst()
            .orElseThrow();
    String token = Files.readString(directory.resolve("data/api.token")).strip();
    return new ControlClient(URI.create("http://" + address), token);
  }
}
