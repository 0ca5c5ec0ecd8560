package io.ashlar.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.JoinTokenInfo;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.daemon.volume.ExportNames;
import io.ashlar.daemon.volume.FakeVolumeEngine;
import io.ashlar.daemon.volume.FakeVolumeRegistry;
import io.ashlar.daemon.volume.VolumeService;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Holds the server and `docs/api/openapi.yaml` together.
class OpenApiTest {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  @TempDir private Path directory;

  private static Map<?, ?> document() throws Exception {
    String text = Files.readString(Path.of("../docs/api/openapi.yaml"));
    return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  private static Map<?, ?> member(Map<?, ?> object, String... path) {
    Map<?, ?> inner = object;
    for (String name : path) {
      inner = (Map<?, ?>) Objects.requireNonNull(inner.get(name), name);
    }
    return inner;
  }

  @Test
  void shouldDescribeEveryRouteAndNoOther() throws Exception {
    Set<String> described = new TreeSet<>();
    member(document(), "paths")
        .forEach((path, operations) ->
            ((Map<?, ?>) operations)
                .keySet().stream()
                    .filter(METHODS::contains)
                    .forEach(method -> described.add(method + " " + path)));
    try (TestServer server = new TestServer(directory)) {
      VolumeService volumes =
          new VolumeService(
              new FakeVolumeRegistry(),
              new FakeVolumeEngine(),
              new ExportNames(List.of(), List.of()));
      Set<String> served =
          new Routes(volumes, server, server, server.scrub, server.cluster)
              .all().stream()
                  .map(each -> each.method().name().toLowerCase(Locale.ROOT) + " " + each.path())
                  .collect(Collectors.toCollection(TreeSet::new));
      assertThat(described).isEqualTo(served);
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        VolumeSpec.class,
        VolumeInfo.class,
        VolumeInfo.Exports.class,
        QosLimits.class,
        PoolInfo.class,
        PoolInfo.Reduction.class,
        PoolInfo.Memory.class,
        ScrubInfo.class,
        ScrubInfo.Findings.class,
        PoolInfo.Smart.class,
        HealthEntry.class,
        ClusterInfo.class,
        ClusterInfo.ClusterNode.class,
        ClusterInfo.ClusterPool.class,
        JoinTokenInfo.class,
        NodeInfo.class,
        NodeInfo.Endpoint.class,
        Problem.class
      })
  void shouldDescribeEveryFieldOfARecord(Class<?> type) throws Exception {
    List<String> fields =
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    Map<?, ?> properties =
        member(document(), "components", "schemas", type.getSimpleName(), "properties");
    assertThat(properties.keySet()).map(Object::toString).containsExactlyElementsOf(fields);
  }

  @Test
  void shouldListEveryCodeOfHealth() throws Exception {
    Object codes =
        member(document(), "components", "schemas", "HealthEntry", "properties", "code")
            .get("enum");
    assertThat(codes).isEqualTo(Arrays.stream(HealthCode.values()).map(HealthCode::code).toList());
  }

  @Test
  void shouldListEveryCodeThatTravels() throws Exception {
    Object codes =
        member(document(), "components", "schemas", "Problem", "properties", "code").get("enum");
    assertThat(codes)
        .isEqualTo(
            Arrays.stream(ProblemCode.values())
                .filter(code -> code.httpStatus() != 0)
                .map(ProblemCode::code)
                .toList());
  }
}
