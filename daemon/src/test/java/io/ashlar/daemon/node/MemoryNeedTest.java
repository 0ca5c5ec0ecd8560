package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryNeedTest {
  @TempDir private Path directory;

  private DaemonOptions options(String... settings) throws Exception {
    Path file = Files.writeString(directory.resolve("ashlar.yaml"), "");
    return DaemonOptions.read(new ConfigSources(file, Map.of(), List.of(settings)));
  }

  /// What `deploy/jvm.options` allows.
  private static long shippedBytes() throws Exception {
    return Files.readAllLines(Path.of("../deploy/jvm.options")).stream()
        .filter(line -> line.startsWith("-XX:MaxDirectMemorySize="))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 20)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldFitTheDefaultsIntoWhatIsShipped() throws Exception {
    MemoryNeed.check(options(), shippedBytes());
    assertThat(MemoryNeed.allowedBytes()).isPositive();
  }

  @Test
  void shouldRefuseMoreThanTheJavaMachineMayTake() throws Exception {
    DaemonOptions large = options("engine.index-budget=256MiB");
    assertThatThrownBy(() -> MemoryNeed.check(large, shippedBytes()))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("come to 416MiB")
        .hasMessageContaining("ASHLAR_JAVA_OPTIONS=-XX:MaxDirectMemorySize=417m");
    MemoryNeed.check(large, 417L << 20);
  }
}
