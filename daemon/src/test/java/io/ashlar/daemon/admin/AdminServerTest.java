package io.ashlar.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class AdminServerTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ControlClient client;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(directory);
    client = new ControlClient(server.base, server.token());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static ProblemCode refusal(Runnable action) {
    ControlException refused = catchThrowableOfType(ControlException.class, action::run);
    assertThat(refused).as("refused").isNotNull();
    return refused.code();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.base.resolve(path))
              .header("Authorization", "Bearer " + server.token())
              .method(method, BodyPublishers.ofString(body))
              .build();
      return http.send(request, BodyHandlers.ofString());
    }
  }

  @Test
  void shouldCarryAVolumeThroughItsLife() {
    VolumeInfo made = client.createVolume(VolumeSpec.of("db", GIB));
    assertThat(client.createVolume(VolumeSpec.of("db", GIB))).isEqualTo(made);
    assertThat(client.volumes()).containsExactly(made);
    assertThat(client.resizeVolume("db", 2 * GIB).sizeBytes()).isEqualTo(2 * GIB);
    assertThat(client.limitVolume("db", new QosLimits(9, 8, 7)).qos())
        .isEqualTo(new QosLimits(9, 8, 7));
    assertThat(client.allowHost("db", "iqn.2026-11.test:a_b.c").hosts()).hasSize(1);
    client.deleteVolume("db", DeleteMode.UNUSED);
    assertThat(client.volumes()).isEmpty();
    assertThat(refusal(() -> client.volume("db"))).isEqualTo(ProblemCode.VOLUME_NOT_FOUND);
  }

  @Test
  void shouldTellANewVolumeFromOneThatWasThere() throws Exception {
    String spec = "{\"name\":\"db\",\"sizeBytes\":4096}";
    assertThat(send("POST", "/api/v1/volumes", spec).statusCode()).isEqualTo(201);
    assertThat(send("POST", "/api/v1/volumes", spec).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseWithoutTheToken() {
    try (ControlClient stranger = new ControlClient(server.base, null);
        ControlClient impostor = new ControlClient(server.base, "0".repeat(64))) {
      assertThat(refusal(stranger::volumes)).isEqualTo(ProblemCode.UNAUTHORIZED);
      assertThat(refusal(impostor::volumes)).isEqualTo(ProblemCode.UNAUTHORIZED);
      assertThat(refusal(() -> impostor.createVolume(VolumeSpec.of("db", GIB))))
          .isEqualTo(ProblemCode.UNAUTHORIZED);
    }
    assertThat(server.engine.volumes).isEmpty();
  }

  @Test
  void shouldNotSayWhichPathsExistToAStranger() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String path : new String[] {"/api/v1/volumes", "/api/v1/nothing", "/api//v1/volumes"}) {
        HttpRequest request = HttpRequest.newBuilder(server.base.resolve(path)).build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode())
            .as(path)
            .isEqualTo(401);
      }
    }
  }

  @Test
  void shouldAnswerProblemsAsRfc9457Says() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/v1/volumes/none", "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    assertThat(answer.body())
        .contains("\"type\":\"urn:ashlar:problem:volume-not-found\"")
        .contains("\"status\":404")
        .contains("\"code\":\"volume-not-found\"")
        .contains("There is no volume 'none'");
  }

  @Test
  void shouldRefuseWhatItCannotRead() throws Exception {
    assertThat(send("POST", "/api/v1/volumes", "{").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/api/v1/volumes", "").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/api/v1/volumes", "[]").statusCode()).isEqualTo(400);
    assertThat(send("PUT", "/api/v1/volumes/x/size", "{\"sizeBytes\":\"big\"}").statusCode())
        .isEqualTo(400);
    assertThat(send("POST", "/api/v1/volumes", " ".repeat(2 << 20)).statusCode()).isEqualTo(413);
  }

  @Test
  void shouldAnswerUnknownRoutesAsProblems() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/v1/snapshots", "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("\"code\":\"route-not-found\"");
  }

  @Test
  void shouldServeHealthAndMetricsToProbes() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String path : new String[] {"/healthz", "/readyz", "/metrics"}) {
        HttpRequest request = HttpRequest.newBuilder(server.base.resolve(path)).build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode())
            .as(path)
            .isEqualTo(200);
      }
    }
  }

  @Test
  void shouldTellProbesOfAFailedPool() throws Exception {
    server.failing();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String path : new String[] {"/healthz", "/readyz"}) {
        HttpRequest request = HttpRequest.newBuilder(server.base.resolve(path)).build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(503);
        assertThat(answer.body()).contains("critical pool-failed: The disk is broken.");
      }
    }
  }

  @Test
  void shouldServeTheOwnerOnASocketWithoutAToken() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket)))
        .isEqualTo("rw-------");
    try (ControlClient owner = new ControlClient(URI.create("unix:" + server.socket), null)) {
      VolumeInfo made = owner.createVolume(VolumeSpec.of("db", GIB));
      assertThat(owner.volumes()).containsExactly(made).isEqualTo(client.volumes());
      assertThat(owner.resizeVolume("db", 2 * GIB).sizeBytes()).isEqualTo(2 * GIB);
      assertThat(refusal(() -> owner.volume("none"))).isEqualTo(ProblemCode.VOLUME_NOT_FOUND);
      owner.deleteVolume("db", DeleteMode.UNUSED);
      assertThat(owner.volumes()).isEmpty();
      server.close();
      assertThat(server.socket).doesNotExist();
      assertThat(refusal(owner::volumes)).isEqualTo(ProblemCode.NODE_UNREACHABLE);
    }
  }

  @Test
  void shouldNoteWhoTriedToChangeSomething() {
    Logger audit = (Logger) LoggerFactory.getLogger("io.ashlar.audit");
    ListAppender<ILoggingEvent> notes = new ListAppender<>();
    notes.start();
    audit.setLevel(Level.INFO);
    audit.addAppender(notes);
    try (ControlClient owner = new ControlClient(URI.create("unix:" + server.socket), null);
        ControlClient impostor = new ControlClient(server.base, "0".repeat(64))) {
      owner.createVolume(VolumeSpec.of("db", GIB));
      client.volumes();
      assertThat(refusal(() -> impostor.deleteVolume("db", DeleteMode.UNUSED)))
          .isEqualTo(ProblemCode.UNAUTHORIZED);
      assertThat(notes.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "POST /api/v1/volumes by user " + System.getProperty("user.name") + ": 201 Created",
              "DELETE /api/v1/volumes/db by 127.0.0.1: 401 Unauthorized");
    } finally {
      audit.detachAppender(notes);
    }
  }

  @Test
  void shouldTakeThePlaceOfASocketThatWasLeftOver() throws Exception {
    Path left = Files.createDirectory(directory.resolve("left"));
    Files.createDirectory(left.resolve("sock.new"));
    Files.createFile(left.resolve("sock.new/s"));
    Files.createFile(left.resolve("api.sock"));
    try (TestServer second = new TestServer(left);
        ControlClient owner = new ControlClient(URI.create("unix:" + second.socket), null)) {
      assertThat(owner.volumes()).isEmpty();
      assertThat(left.resolve("sock.new")).doesNotExist();
    }
  }

  @Test
  void shouldSayThatNobodyAnswers() {
    server.close();
    assertThat(refusal(client::volumes)).isEqualTo(ProblemCode.NODE_UNREACHABLE);
  }

  @Test
  void shouldSayThatAPortIsTaken() {
    URI taken = server.base;
    assertThat(taken.getPort()).isPositive();
    assertThat(
            catchThrowableOfType(
                java.net.BindException.class,
                () -> TestServer.listenOn(taken.getPort(), server.tokenFile, server)))
        .isNotNull();
  }
}
