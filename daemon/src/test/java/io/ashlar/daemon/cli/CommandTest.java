package io.ashlar.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.cli.CommandRunner;
import io.ashlar.cli.ExitCode;
import io.ashlar.daemon.admin.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class CommandTest {
  private record Result(int exitCode, String out, String err) {}

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Result run(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandRunner(new PrintWriter(out), new PrintWriter(err))
            .run(arguments.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  private Result ashlar(String line) {
    List<String> arguments = new ArrayList<>(Arrays.asList(line.split(" ")));
    arguments.addAll(
        List.of("--api", server.base.toString(), "--token-file", server.tokenFile.toString()));
    return run(arguments);
  }

  @Test
  void shouldPrintCommandsThatConnectAHost() {
    Result made = ashlar("volume create db --size 20GiB");
    assertThat(made.err).isEmpty();
    assertThat(made.exitCode).isZero();
    assertThat(made.out)
        .contains("Size:        20GiB")
        .containsPattern(
            "nvme connect -t tcp -a 127.0.0.1 -s 4420 -n nqn\\.2026-11\\.io\\.ashlar:[0-9a-f-]{36}")
        .containsPattern("iscsiadm -m node -T iqn\\.[^ ]+ -p 127.0.0.1:3260 --login")
        .containsPattern("iscsi://127.0.0.1:3260/iqn\\.[^ ]+/0");
  }

  @Test
  void shouldCreateAsTold() {
    Result made =
        ashlar(
            "volume create db --size 1GiB --block-size 512 --no-encryption --no-compression --host"
                + " iqn.2026-11.test:a --host nqn.2026-11.test:b --iops 100 --bandwidth 10MiB -o"
                + " json");
    assertThat(made.exitCode).isZero();
    assertThat(new JsonMapper().readTree(made.out).toString())
        .contains("\"logicalBlockBytes\":512,\"encrypted\":false,\"compressed\":false")
        .contains("\"qos\":{\"iops\":100,\"bytesPerSecond\":10485760,\"burstMillis\":1000}")
        .contains("\"hosts\":[\"iqn.2026-11.test:a\",\"nqn.2026-11.test:b\"]");
  }

  @Test
  void shouldListInEveryFormat() {
    ashlar("volume create db --size 20GiB");
    ashlar("volume create log --size 512MiB --host iqn.2026-11.test:a");
    assertThat(ashlar("volume list").out)
        .isEqualTo(
            """
            NAME  SIZE    HOSTS
            db    20GiB   any
            log   512MiB  1
            """);
    assertThat(ashlar("volume ls -o wide").out).contains("ENCRYPTED").contains("yes");
    assertThat(new JsonMapper().readTree(ashlar("volume list -o JSON").out).size()).isEqualTo(2);
    assertThat(ashlar("volume list --output yaml").out)
        .contains("name: db")
        .contains("sizeBytes: 21474836480");
  }

  @Test
  void shouldShowThePoolAndTheNode() {
    assertThat(ashlar("pool show").out)
        .contains("Device:       /data/pool.img (io_uring)")
        .contains("Capacity:     16GiB")
        .contains("Compression:  2.0:1 (4GiB in 2GiB since start)")
        .contains("Thinness:     10.0:1")
        .contains(
            "Scrub:        idle; last pass ended 2026-11-23T07:00:00Z; found 1 damaged block, 3"
                + " damaged pages (2 written anew), 0 failed reads")
        .contains("SMART:        none: a file has no SMART log")
        .contains("Memory:       192MiB (9,830 MiB per TiB of volumes)")
        .contains("Index:        64MiB (3,277 MiB per TiB of volumes)")
        .contains("Notice:       All is well, really.");
    assertThat(ashlar("node status").out).contains("State:    ready").contains("management 127");
    assertThat(new JsonMapper().readTree(ashlar("node status -o json").out).get("name").asString())
        .isEqualTo("n1");
  }

  @Test
  void shouldScrubThePool() {
    assertThat(ashlar("pool scrub status").out)
        .isEqualTo(
            """
            State:         idle
            Began:         2026-11-23T06:00:00Z
            Last pass:     ended 2026-11-23T07:00:00Z
            Found:         nothing
            Found in all:  1 damaged block, 3 damaged pages (2 written anew), 0 failed reads, since start
            Read:          5GiB since start
            By itself:     every 30d
            """);
    Result idle = ashlar("pool scrub stop");
    assertThat(idle.exitCode).isEqualTo(ExitCode.CONFLICT);
    assertThat(idle.err).startsWith("error[scrub-not-running]: ");
    assertThat(ashlar("pool scrub start").out).contains("State:         running, segment 12 of 64");
    Result again = ashlar("pool scrub start");
    assertThat(again.exitCode).isEqualTo(ExitCode.CONFLICT);
    assertThat(again.err).startsWith("error[scrub-running]: ");
    assertThat(new JsonMapper().readTree(ashlar("pool scrub status -o json").out).toString())
        .contains("\"state\":\"asked\",\"segment\":12,\"segments\":64");
    assertThat(ashlar("pool scrub stop -o yaml").out)
        .contains("state: idle")
        .contains("segment: 12");
    assertThat(ashlar("pool scrub status").out)
        .contains("State:         idle, goes on at segment 12 of 64");
    assertThat(run(List.of("pool", "scrub")).err)
        .startsWith("error[usage]: Say what to do with it: start, stop, status.\n");
  }

  @Test
  void shouldChangeAndDelete() {
    ashlar("volume create db --size 1GiB");
    assertThat(ashlar("volume resize db --size 2GiB").out).contains("2GiB");
    assertThat(ashlar("qos set db --iops 500").out).contains("500 IOPS, any bandwidth");
    assertThat(ashlar("qos set db --bandwidth 1MiB").out).contains("500 IOPS, 1MiB/s");
    assertThat(ashlar("host allow db iqn.2026-11.test:a").out).contains("iqn.2026-11.test:a");
    assertThat(ashlar("host allow db iqn.2026-11.test:b").exitCode).isZero();
    assertThat(ashlar("host revoke db iqn.2026-11.test:a").out).doesNotContain("test:a");
    server.engine.connected = List.of("iqn.2026-11.test:b");
    assertThat(ashlar("volume show db").out).contains("Connected:   iqn.2026-11.test:b");
    Result refused = ashlar("volume delete db");
    assertThat(refused.exitCode).isEqualTo(ExitCode.CONFLICT);
    assertThat(refused.err)
        .startsWith("error[volume-in-use]: Volume 'db' is in use by iqn.2026-11.test:b: ")
        .contains("--force");
    assertThat(ashlar("volume delete db --force").out).isEqualTo("Deleted db.\n");
    assertThat(server.engine.volumes).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "volume show none|3|error[volume-not-found]: ",
        "volume create A --size 1GiB|2|error[invalid-request]: ",
        "volume create b --size 3GiB|4|error[volume-exists]: ",
        "volume create b --size three|2|error[usage]: ",
        "volume create b|2|error[usage]: Missing required option",
        "volume resize b --size 1MiB|4|error[shrink-refused]: ",
        "volume explode|2|error[usage]: ",
        "qos set b|2|error[usage]: Say what to limit",
        "volume list -o xml|2|error[usage]: "
      })
  void shouldEndWithAStableCodeAndASentence(String line, int exitCode, String error) {
    ashlar("volume create b --size 2GiB");
    Result result = ashlar(line);
    assertThat(result.err).startsWith(error);
    assertThat(result.exitCode).isEqualTo(exitCode);
    assertThat(result.out).isEmpty();
  }

  @Test
  void shouldAskForTheVerb() {
    Result noun = run(List.of("volume"));
    assertThat(noun.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(noun.err).startsWith("error[usage]: Say what to do with it: create, ");
  }

  @Test
  void shouldTellRefusalFromAbsence() {
    Result refused = run(List.of("volume", "list", "--api", server.base.toString()));
    assertThat(refused.exitCode).isEqualTo(ExitCode.UNAUTHORIZED);
    assertThat(refused.err).startsWith("error[unauthorized]: ").contains("--token-file");
    Result mistyped =
        run(List.of("volume", "list", "--token-file", directory.resolve("no").toString()));
    assertThat(mistyped.exitCode).isEqualTo(ExitCode.UNAUTHORIZED);
    server.close();
    Result absent = ashlar("volume list");
    assertThat(absent.exitCode).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(absent.err).startsWith("error[node-unreachable]: ").contains("ashlar up");
  }

  @Test
  void shouldNeedNoTokenOnTheSocket() {
    Result listed = run(List.of("volume", "list", "--api", "unix:" + server.socket));
    assertThat(listed.err).isEmpty();
    assertThat(listed.exitCode).isZero();
    Result absent = run(List.of("volume", "list", "--api", "unix:" + directory.resolve("no")));
    assertThat(absent.exitCode).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(absent.err).startsWith("error[node-unreachable]: No node answers at unix:/");
    assertThat(run(List.of("volume", "list", "--api", "unix:")).exitCode).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldReportAFullPool() {
    server.engine.roomFor = 0;
    assertThat(ashlar("volume create db --size 1GiB").exitCode).isEqualTo(ExitCode.NO_ROOM);
  }

  @Test
  void shouldNeverPrintTheToken() throws Exception {
    ashlar("volume create db --size 1GiB");
    for (String line : List.of("volume show db", "node status -o yaml", "volume show none")) {
      Result result = ashlar(line);
      assertThat(result.out + result.err).doesNotContain(server.token());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "volume --help",
        "volume create --help",
        "qos set --help",
        "pool scrub start --help"
      })
  void shouldExplainItself(String line) {
    Result help = run(List.of(line.split(" ")));
    assertThat(help.exitCode).isZero();
    assertThat(help.out).startsWith("Usage: ashlar");
  }

  @Test
  void shouldPrintACompletionScript() {
    Result script = run(List.of("completion"));
    assertThat(script.exitCode).isZero();
    assertThat(script.out).contains("complete -F _complete_ashlar").contains("--no-encryption");
  }
}
