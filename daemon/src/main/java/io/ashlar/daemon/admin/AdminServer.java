package io.ashlar.daemon.admin;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.secret.ApiToken;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the management API on one address, and to the daemon's owner on a socket in the file
/// system. Requests are few: a handful of threads, and virtual threads for what waits.
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("io.ashlar.audit");
  private static final int THREADS_MAX = 12;
  private static final int THREADS_MIN = 2;
  private static final int THREAD_IDLE_MS = 10_000;
  private static final long BODY_BYTES_MAX = 1 << 20;
  private static final String API = "/api/";
  private static final String BEARER = "Bearer ";

  private final ApiToken token;
  private final @Nullable LocalSocket socket;
  private final Javalin http;

  /// Does not listen yet.
  ///
  /// @param listen the address for those who have the token
  /// @param socket where the owner's socket shall be; null for none
  public AdminServer(
      InetSocketAddress listen, @Nullable Path socket, ApiToken token, Routes routes) {
    this.token = token;
    this.socket = socket == null ? null : new LocalSocket(socket);
    this.http = Javalin.create(config -> configure(config, listen, routes));
  }

  private void configure(JavalinConfig config, InetSocketAddress listen, Routes routes) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.jetty.threadPool = new QueuedThreadPool(THREADS_MAX, THREADS_MIN, THREAD_IDLE_MS);
    config.jetty.addConnector((server, common) -> tcp(server, quiet(common), listen));
    LocalSocket local = socket;
    if (local != null) {
      config.jetty.addConnector((server, common) -> local.connector(server, quiet(common)));
    }
    config.http.maxRequestSize = BODY_BYTES_MAX;
    config.http.generateEtags = false;
    config.router.treatMultipleSlashesAsSingleSlash = false;
    config.routes.before(this::authorize);
    config.routes.after(AdminServer::note);
    for (Routes.Route route : routes.all()) {
      config.routes.addHttpHandler(route.method(), route.path(), route.handler());
    }
    config.routes.exception(ControlException.class, AdminServer::answerRefusal);
    config.routes.exception(HttpResponseException.class, AdminServer::answerHttpProblem);
    config.routes.exception(Exception.class, AdminServer::answerDefect);
  }

  /// Says no more about the server than the answer needs, and keeps nothing of a request.
  private static HttpConfiguration quiet(HttpConfiguration common) {
    common.setSendServerVersion(false);
    common.setSendDateHeader(false);
    // Jetty keeps headers that come again, the token among them.
    common.setHeaderCacheSize(0);
    return common;
  }

  private static Connector tcp(Server server, HttpConfiguration http, InetSocketAddress listen) {
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(listen.getAddress().getHostAddress());
    connector.setPort(listen.getPort());
    return connector;
  }

  /// Whether a data directory's path leaves room for the socket's.
  public static boolean canHaveSocket(Path socket) {
    return LocalSocket.fits(socket);
  }

  /// Begins to listen.
  ///
  /// @return the port, which differs from the configured one if that was 0
  /// @throws BindException if the address is taken
  /// @throws IOException if the socket cannot be made
  public int start() throws IOException {
    if (socket != null) {
      socket.prepare();
    }
    try {
      int port = http.start().port();
      if (socket != null) {
        socket.publish();
      }
      return port;
    } catch (JavalinBindException taken) {
      BindException plain = new BindException(taken.getMessage());
      plain.initCause(taken);
      throw plain;
    }
  }

  @Override
  public void close() {
    http.stop();
    if (socket != null) {
      socket.close();
    }
  }

  /// Everything under `/api/` wants the token, unless it comes by the owner's socket; health and
  /// metrics do not, for probes and scrapers.
  private void authorize(Context request) {
    boolean isOwner = request.attribute(LocalSocket.ATTRIBUTE) != null;
    if (isOwner || !request.path().startsWith(API)) {
      return;
    }
    String header = request.header("Authorization");
    if (header == null || !header.startsWith(BEARER)) {
      throw new ControlException(
          ProblemCode.UNAUTHORIZED,
          "This needs the token from 'api.token' in the node's data directory: name the file with"
              + " --token-file.");
    }
    if (!token.matches(header.substring(BEARER.length()).strip())) {
      throw new ControlException(
          ProblemCode.UNAUTHORIZED,
          "The token is not this node's: take it from 'api.token' in its data directory.");
    }
  }

  /// Every attempt to change something is noted, with who made it and what became of it. Requests'
  /// bodies are not: what they made is in the metadata.
  private static void note(Context request) {
    HandlerType method = request.method();
    if (method.equals(HandlerType.GET) || method.equals(HandlerType.HEAD)) {
      return;
    }
    String owner = request.attribute(LocalSocket.ATTRIBUTE);
    AUDIT.info(
        "{} {} by {}: {}",
        method.name(),
        request.req().getRequestURI(), // as it was sent: no line breaks
        owner == null ? request.ip() : owner,
        request.status());
  }

  private static void answerRefusal(ControlException refused, Context answer) {
    Problem problem = refused.problem();
    answer.status(problem.status());
    answer.contentType(Problem.MEDIA_TYPE);
    answer.result(Json.write(problem));
  }

  /// Javalin's own refusals: no such route, a body too large.
  private static void answerHttpProblem(HttpResponseException refused, Context answer) {
    int status = refused.getStatus();
    Problem kind =
        status == 404 || status == 405
            ? Problem.of(
                ProblemCode.ROUTE_NOT_FOUND,
                "There is no "
                    + answer.method()
                    + " "
                    + answer.path()
                    + ": see docs/api/openapi.yaml.")
            : Problem.of(
                ProblemCode.INVALID_REQUEST, "The request was refused: " + refused.getMessage());
    Problem problem = new Problem(kind.type(), kind.title(), status, kind.detail(), kind.code());
    answer.status(status);
    answer.contentType(Problem.MEDIA_TYPE);
    answer.result(Json.write(problem));
  }

  private static void answerDefect(Exception defect, Context answer) {
    LOG.error("{} {} failed", answer.method(), answer.path(), defect);
    answerRefusal(
        new ControlException(
            ProblemCode.INTERNAL, "A defect of Ashlar; the daemon's log has the details."),
        answer);
  }
}
