package io.ashlar.daemon.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node is given secrets that the test knows, uses them all, and is looked at from everywhere.
class SecretsCanaryTest {
  private static final Map<String, byte[]> SECRETS = new LinkedHashMap<>();

  static {
    SECRETS.put("CHAP secret", CanaryNode.CHAP_SECRET);
    SECRETS.put("node's CHAP secret", CanaryNode.NODE_SECRET);
    SECRETS.put("key encryption key", CanaryNode.KEK);
    SECRETS.put("API token", CanaryNode.TOKEN);
  }

  @TempDir private Path directory;

  @Test
  void shouldShowNoSecretAnywhere() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of(System.getProperty("java.home"), "bin", "jcmd")),
        "skipped: this Java has no jcmd, so that no heap dump can be made");
    try (CanaryNode node = new CanaryNode(directory)) {
      StringBuilder answers = new StringBuilder();
      use(node, answers);
      assertNone("the API's answers", answers.toString());
      assertNone("the arguments", read("/proc/" + node.pid() + "/cmdline"));
      assertNone("the environment", read("/proc/" + node.pid() + "/environ"));
      assertNone("the thread dump", node.jcmd("Thread.print", "-l"));
      assertNone("the system properties", node.jcmd("VM.system_properties"));
      assertNone("the log", node.log());
      assertNotOnTheHeap(node);
    }
  }

  /// The planted secret that the test looks for must be found where it is.
  @Test
  void shouldFindASecretThatIsThere() throws Exception {
    Path dump = directory.resolve("dump");
    byte[] ints = CanaryNode.KEK.clone();
    for (int i = 0; i < ints.length; i += 4) {
      byte first = ints[i];
      byte second = ints[i + 1];
      ints[i] = ints[i + 3];
      ints[i + 1] = ints[i + 2];
      ints[i + 2] = second;
      ints[i + 3] = first;
    }
    Files.write(dump, ints);
    assertThat(new HeapDump(dump).formsOf(CanaryNode.KEK)).containsExactly("ints");
    Files.writeString(dump, "..." + CanaryNode.text(CanaryNode.TOKEN));
    assertThat(new HeapDump(dump).formsOf(CanaryNode.TOKEN)).containsExactly("bytes");
  }

  private static void use(CanaryNode node, StringBuilder answers) throws Exception {
    URI socket = URI.create("unix:" + node.data.resolve("api.sock"));
    try (ControlClient owner = new ControlClient(socket, null)) {
      NodeInfo info = owner.node();
      URI base = URI.create("http://" + addressOf(info, "management"));
      VolumeInfo volume;
      try (ControlClient client = new ControlClient(base, CanaryNode.text(CanaryNode.TOKEN))) {
        volume = client.createVolume(VolumeSpec.of("db", 1 << 30));
        answers.append(info).append(volume).append(client.pool());
        answers.append(client.limitVolume("db", new QosLimits(9, 9, 9)));
      }
      answers.append(refusal(base, "0" + CanaryNode.text(CanaryNode.TOKEN).substring(1)));
      for (String path : List.of("/metrics", "/healthz", "/readyz", "/api/v1/none")) {
        answers.append(get(base.resolve(path)));
      }
      String[] portal = addressOf(info, "iscsi").split(":", -1);
      InetSocketAddress address = new InetSocketAddress(portal[0], Integer.parseInt(portal[1]));
      String target = volume.exports().iscsiTarget();
      byte[] wrong = CanaryNode.CHAP_SECRET.clone();
      wrong[0]++;
      assertThat(ChapLogin.run(address, CanaryNode.INITIATOR, target, CanaryNode.CHAP_SECRET))
          .as("status of a login with the right secret")
          .isZero();
      assertThat(ChapLogin.run(address, CanaryNode.INITIATOR, target, wrong))
          .as("status of a login with a wrong one: authentication failure")
          .isEqualTo(0x0201);
    }
  }

  private static String addressOf(NodeInfo info, String service) {
    return info.endpoints().stream()
        .filter(each -> each.service().equals(service))
        .map(NodeInfo.Endpoint::address)
        .findFirst()
        .orElseThrow();
  }

  private static String refusal(URI base, String token) {
    try (ControlClient impostor = new ControlClient(base, token)) {
      return impostor.volumes().toString();
    } catch (ControlException refused) {
      return refused.problem().toString();
    }
  }

  private static String get(URI address) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    }
  }

  private static String read(String file) throws Exception {
    return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
  }

  private static void assertNone(String place, String text) {
    assertThat(text).as(place).isNotEmpty();
    SECRETS.forEach((name, secret) ->
        assertThat(text.contains(CanaryNode.text(secret))).as("%s in %s", name, place).isFalse());
  }

  /// What is reachable. The token that clients send is also garbage for a while, and so are a
  /// cipher's tables: operating.md says so.
  private void assertNotOnTheHeap(CanaryNode node) throws Exception {
    Path file = directory.resolve("heap.hprof");
    assertThat(node.jcmd("GC.heap_dump", file.toString())).contains("Heap dump file created");
    HeapDump dump = new HeapDump(file);
    assertThat(dump.formsOf(CanaryNode.INITIATOR.getBytes(StandardCharsets.US_ASCII)))
        .as("what is no secret is found, so that the search works")
        .contains("bytes");
    SECRETS.forEach(
        (name, secret) -> assertThat(dump.formsOf(secret)).as("%s in a heap dump", name).isEmpty());
  }
}
