package io.ashlar.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.iscsi.session.ChapAlgorithm;
import io.ashlar.target.iscsi.session.SessionLimits;
import io.ashlar.target.nvme.TargetOptions;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
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
  void shouldFindTheEndOfRequestsAsTold() throws Exception {
    assertThat(read(file("")).storage().completion()).isEqualTo(CompletionMode.INTERRUPT);
    assertThat(read(file("pool.completion: poll")).storage().completion())
        .isEqualTo(CompletionMode.DEVICE_POLL);
    assertThat(read(file(""), "pool.completion=submission-thread").storage().completion())
        .isEqualTo(CompletionMode.SUBMISSION_THREAD);
    assertThat(errorsOf(file("pool.completion: sometimes")).getFirst())
        .contains("pool.completion must be interrupt or submission-thread or poll");
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
        "scrub.interval=often|scrub.interval must be a duration, such as 30d or 12h, or 0",
        "scrub.interval=59m|scrub.interval must be 0 or from 1h to 3650d",
        "scrub.interval=4000d|scrub.interval must be 0 or from 1h to 3650d",
        "log.level=loud|log.level must be error or warn",
        "nvme.listen=a b|nvme.listen must list addresses",
        "nvme.listen=nosuch0.invalid|'nosuch0.invalid' is neither an address nor an interface",
        "node.name=a_b|node.name may have letters, digits",
        "nvme.port=3260|127.0.0.1:3260 is given to more than one listener",
        "nonsense|--set nonsense: write it as key=value",
        "nvme.queue-depth=1|nvme.queue-depth must be from 2 to 4096",
        "nvme.queues-per-host=0|nvme.queues-per-host must be from 1 to 1024",
        "nvme.max-transfer=3MiB|nvme.max-transfer must be from 16KiB to 1MiB",
        "nvme.max-transfer=96KiB|nvme.max-transfer must be a power of two",
        "nvme.connections=0|nvme.connections must be from 1 to 1000000",
        "nvme.connections-per-address=30000|nvme.connections-per-address must not be more than nvme.connections",
        "nvme.buffer-size=4MiB|nvme.buffer-size must be 8MiB or more: eight times nvme.max-transfer",
        "iscsi.queue-depth=5000|iscsi.queue-depth must be from 1 to 4096",
        "iscsi.max-burst=65537|iscsi.max-burst must be a multiple of 4 bytes",
        "nvme.in-capsule-size=2KiB|nvme.in-capsule-size must be from 4KiB to 64KiB",
        "nvme.in-capsule-size=4100|nvme.in-capsule-size must be a multiple of 16 bytes",
        "nvme.keep-alive-max-ms=500|nvme.keep-alive-min-ms must not be more than nvme.keep-alive-max-ms, which is 500",
        "nvme.advertise=[10.0.0.5]|nvme.advertise must list addresses with ports",
        "nvme.advertise=[10.0.0.500:1]|'10.0.0.500:1' is no address with a port",
        "iscsi.advertise=10.0.0.5:70000|'10.0.0.5:70000' is no address with a port",
        "iscsi.first-burst=2MiB|iscsi.first-burst must be from 512B to 1MiB",
        "iscsi.data-segment=1023|iscsi.data-segment must be a multiple of 4 bytes",
        "iscsi.chap-algorithms=[sha-256, rot13]|iscsi.chap-algorithms must be a list of sha3-256",
        "iscsi.chap-discovery=true|iscsi.chap-discovery needs the secrets of iscsi.chap-file",
        "iscsi.idle-timeout-ms=1|iscsi.idle-timeout-ms must be from 1000",
        "iscsi.connections=-1|iscsi.connections must be from 1 to 1000000",
        "iscsi.buffer-size=15MiB|iscsi.buffer-size must be from 16MiB to 64GiB"
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

  @Test
  void shouldReportLimitsThatDoNotFitTogetherAtOnce() throws Exception {
    assertThat(
            errorsOf(
                file(""),
                "nvme.max-transfer=96KiB",
                "nvme.buffer-size=128KiB",
                "nvme.connections-per-address=30000",
                "iscsi.max-burst=8MiB",
                "iscsi.buffer-size=63MiB"))
        .hasSize(4);
  }

  @Test
  void shouldScrubOnceAMonthUntilTold() throws Exception {
    assertThat(read(file("")).engine().scrubIntervalNs()).isEqualTo(30 * 86_400_000_000_000L);
    assertThat(read(file("scrub:\n  interval: 0\n")).engine().scrubIntervalNs()).isZero();
    assertThat(read(file(""), "scrub.interval=36h").engine().scrubIntervalNs())
        .isEqualTo(36 * 3_600_000_000_000L);
  }

  @Test
  void shouldHandLimitsToTheTargets() throws Exception {
    DaemonOptions options =
        read(
            file("nvme:\n  queue-depth: 32\n  queues-per-host: 4\n"),
            "nvme.max-transfer=128KiB",
            "nvme.connections=50",
            "nvme.connections-per-address=40",
            "nvme.buffer-size=1MiB",
            "iscsi.queue-depth=16",
            "iscsi.max-burst=128KiB",
            "iscsi.connections=60",
            "iscsi.buffer-size=16MiB");
    QueueLimits queues = options.nvme().target().limits().queues();
    assertThat(queues.queueEntriesMax()).isEqualTo(32);
    assertThat(queues.ioQueuesMax()).isEqualTo(4);
    assertThat(queues.transferBytesMax()).isEqualTo(128 << 10);
    assertThat(queues.payloadBytesPerShard()).isEqualTo(1 << 20);
    assertThat(options.nvme().target().limits().connections().connectionsMax()).isEqualTo(50);
    assertThat(options.nvme().target().limits().connections().connectionsPerAddressMax())
        .isEqualTo(40);
    assertThat(options.iscsi().target().limits().queueDepth()).isEqualTo(16);
    assertThat(options.iscsi().target().limits().burstBytesMax()).isEqualTo(128 << 10);
    assertThat(options.iscsi().target().limits().firstBurstBytesMax()).isEqualTo(128 << 10);
    assertThat(options.iscsi().target().connectionsMax()).isEqualTo(60);
    assertThat(options.iscsi().target().bufferBytesPerShard()).isEqualTo(16 << 20);
  }

  @Test
  void shouldHandWhatHostsAreToldToTheTargets() throws Exception {
    DaemonOptions options =
        read(
            file("nvme:\n  advertise: ['10.0.0.5:4420', '[fd00::5]:4420']\n"),
            "nvme.in-capsule-size=8KiB",
            "nvme.keep-alive-min-ms=5000",
            "nvme.keep-alive-max-ms=6000",
            "nvme.digests=false",
            "nvme.controllers-per-host=2",
            "nvme.login-timeout-ms=3000",
            "iscsi.advertise=10.0.0.5:3260",
            "iscsi.first-burst=64KiB",
            "iscsi.data-segment=128KiB",
            "iscsi.login-timeout-ms=4000",
            "iscsi.idle-timeout-ms=5000",
            "iscsi.chap-file=/x",
            "iscsi.chap-algorithms=[SHA-256, md5]",
            "iscsi.chap-discovery=true");
    TargetOptions nvme = options.nvme().target();
    assertThat(nvme.advertised()).hasToString("[/10.0.0.5:4420, /[fd00:0:0:0:0:0:0:5]:4420]");
    assertThat(nvme.limits().queues().inCapsuleBytesMax()).isEqualTo(8 << 10);
    assertThat(nvme.limits().keepAlive())
        .isEqualTo(new KeepAliveLimits(5_000, 6_000, 100, KeepAliveLimits.DEFAULT.restMs()));
    assertThat(nvme.limits().digests()).isEqualTo(DigestPolicy.REFUSED);
    assertThat(nvme.limits().connections().controllersPerHostMax()).isEqualTo(2);
    assertThat(nvme.limits().connections().loginTimeoutMs()).isEqualTo(3_000);
    IscsiTargetOptions iscsi = options.iscsi().target();
    assertThat(iscsi.addresses()).containsExactly("10.0.0.5:3260");
    assertThat(iscsi.chapAlgorithms()).containsExactly(ChapAlgorithm.SHA_256, ChapAlgorithm.MD5);
    assertThat(iscsi.discoveryNeedsProof()).isTrue();
    assertThat(iscsi.limits())
        .isEqualTo(
            new SessionLimits(128, 128 << 10, 1 << 20, 64 << 10, 4_000_000_000L, 5_000_000_000L));
  }

  @Test
  void shouldKeepTheTargetsOwnLimitsUntilTold() throws Exception {
    DaemonOptions options = read(file(""));
    assertThat(options.nvme().target().limits()).isEqualTo(TargetLimits.DEFAULT);
    assertThat(read(file(""), "nvme.connections=9").nvme().target().limits().connections())
        .satisfies(fewer -> assertThat(fewer.connectionsPerAddressMax()).isEqualTo(9));
    assertThat(options.iscsi().target()).isEqualTo(IscsiTargetOptions.DEFAULT);
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
