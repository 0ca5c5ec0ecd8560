package io.ashlar.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonOptionsTest {
  @TempDir private Path directory;

  private Path file(String yaml) throws IOException {
    return Files.writeString(directory.resolve("ashlar.yaml"), yaml);
  }

  private static DaemonOptions read(Path file, String... settings) throws ConfigException {
    return DaemonOptions.read(new ConfigSources(file, Map.of(), List.of(settings)));
  }

  private static List<String> errorsOf(Path file, String... settings) {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> read(file, settings));
    assertThat(refused).as("the configuration is refused").isNotNull();
    return refused.sentences();
  }

  @Test
  void shouldListenOnLoopbackOnlyUntilTold() throws Exception {
    DaemonOptions options = read(file(""));
    assertThat(options.management()).hasToString("/127.0.0.1:7480");
    assertThat(options.nvme().listen()).hasToString("[/127.0.0.1:4420]");
    assertThat(options.nvme().discovery()).hasToString("[/127.0.0.1:8009]");
    assertThat(options.iscsi().listen()).hasToString("[/127.0.0.1:3260]");
    assertThat(options.insecure()).isFalse();
  }

  @Test
  void shouldLetLaterSourcesWin() throws Exception {
    Path file = file("nvme:\n  port: 1001\n  discovery-port: 1002\niscsi:\n  port: 1003\n");
    Path dropIns = Files.createDirectory(directory.resolve("conf.d"));
    Files.writeString(dropIns.resolve("20.yaml"), "nvme:\n  port: 2001\n  discovery-port: 2002\n");
    Files.writeString(dropIns.resolve("10.yaml"), "nvme.discovery-port: 9\nmanagement.port: 8\n");
    Files.writeString(dropIns.resolve("30.yml.off"), "nvme:\n  port: 7\n");
    DaemonOptions options =
        DaemonOptions.read(
            new ConfigSources(
                file,
                Map.of("ASHLAR__NVME__DISCOVERY_PORT", "3002", "ASHLAR_NVME_PORT", "tcp://x"),
                List.of("iscsi.port=4003")));
    assertThat(options.nvme().listen().getFirst().getPort()).isEqualTo(2001);
    assertThat(options.nvme().discovery().getFirst().getPort()).isEqualTo(3002);
    assertThat(options.iscsi().listen().getFirst().getPort()).isEqualTo(4003);
    assertThat(options.management().getPort()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "nvme.port=70000|nvme.port must be from 0 to 65535, and is '70000'",
        "nvme.port=many|nvme.port must be a whole number",
        "nvme.prot=1|there is no option 'nvme.prot'. Did you mean 'nvme.port'?",
        "colour=red|there is no option 'colour'.",
        "iscsi.enabled=maybe|iscsi.enabled must be true or false",
        "pool.size=big|pool.size must be a size",
        "pool.size=1MiB|pool.size must be 1GiB or more",
        "engine.index-budget=1KiB|engine.index-budget must be from 16MiB to 64GiB",
        "log.level=loud|log.level must be error or warn",
        "nvme.listen=a b|nvme.listen must list addresses",
        "nvme.listen=nosuch0.invalid|'nosuch0.invalid' is neither an address nor an interface",
        "node.name=a_b|node.name may have letters, digits",
        "nvme.port=3260|127.0.0.1:3260 is given to more than one listener",
        "nonsense|--set nonsense: write it as key=value"
      })
  void shouldExplainWhatIsWrong(String setting, String sentence) throws Exception {
    assertThat(errorsOf(file(""), setting)).singleElement().asString().contains(sentence);
  }

  @Test
  void shouldReportAllErrorsAtOnceEachWithItsPlace() throws Exception {
    Path file = file("nvme:\n  port: x\n  listne: 1\niscsi:\n  port: -1\n");
    assertThat(errorsOf(file, "insecure=perhaps"))
        .hasSize(4)
        .anySatisfy(each -> assertThat(each).startsWith("ashlar.yaml:2: nvme.port"))
        .anySatisfy(each -> assertThat(each).startsWith("ashlar.yaml:3: ").contains("nvme.listen"))
        .anySatisfy(each -> assertThat(each).startsWith("ashlar.yaml:5: iscsi.port"))
        .anySatisfy(each -> assertThat(each).startsWith("--set insecure: "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- a\n- b\n",
        "nvme: [1, [2]]\n",
        "nvme: {\n",
        "a: &x {b: 1}\nc: *x\n",
        "nvme:\n  port: 1\nnvme.port: 2\n",
        "just words\n",
        "? [a]\n: b\n"
      })
  void shouldRefuseYamlThatIsNoConfiguration(String yaml) throws Exception {
    assertThat(errorsOf(file(yaml))).isNotEmpty();
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() {
    assertThat(errorsOf(directory.resolve("missing.yaml")))
        .singleElement()
        .asString()
        .contains("missing.yaml cannot be read (NoSuchFile)");
  }

  @Test
  void shouldRefuseAnUnknownVariableOfOurPrefix() throws Exception {
    Path file = file("");
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                DaemonOptions.read(
                    new ConfigSources(file, Map.of("ASHLAR__NVME_PORT", "1"), List.of())));
    assertThat(refused.sentences())
        .singleElement()
        .asString()
        .contains("Did you mean 'ASHLAR__NVME__PORT'?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nvme.listen=0.0.0.0", "iscsi.listen=0.0.0.0", "management.listen=0.0.0.0"})
  void shouldNotLeaveThisMachineWithoutAuthentication(String setting) throws Exception {
    Path file = file("");
    assertThat(errorsOf(file, setting)).singleElement().asString().contains("insecure: true");
    assertThat(read(file, setting, "insecure=true").insecure()).isTrue();
  }

  @Test
  void shouldLeaveThisMachineOverIscsiWithChap() throws Exception {
    DaemonOptions options =
        read(file(""), "iscsi.listen=[127.0.0.1, 0.0.0.0]", "iscsi.chap-file=/x");
    assertThat(options.iscsi().listen()).hasSize(2);
  }

  @Test
  void shouldBindAnInterfaceByName() throws Exception {
    assertThat(read(file("nvme:\n  listen: lo\n")).nvme().listen())
        .anySatisfy(each -> assertThat(each).hasToString("/127.0.0.1:4420"));
  }
}
