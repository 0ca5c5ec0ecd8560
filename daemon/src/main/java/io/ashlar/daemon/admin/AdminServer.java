package io.ashlar.daemon.admin;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.secret.ApiToken;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.net.InetSocketAddress;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the management API on one address. Requests are few: a handful of threads, and virtual
/// threads for what waits.
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final int THREADS_MAX = 12;
  private static final int THREADS_MIN = 2;
  private static final int THREAD_IDLE_MS = 10_000;
  private static final long BODY_BYTES_MAX = 1 << 20;
  private static final String API = "/api/";
  private static final String BEARER = "Bearer ";

  private final ApiToken token;
  private final Javalin http;

  /// Does not listen yet.
  public AdminServer(InetSocketAddress listen, ApiToken token, Routes routes) {
    this.token = token;
    this.http = Javalin.create(config -> configure(config, listen, routes));
  }

  private void configure(JavalinConfig config, InetSocketAddress listen, Routes routes) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.jetty.host = listen.getAddress().getHostAddress();
    config.jetty.port = listen.getPort();
    config.jetty.threadPool = new QueuedThreadPool(THREADS_MAX, THREADS_MIN, THREAD_IDLE_MS);
    config.jetty.modifyHttpConfiguration(each -> {
      each.setSendServerVersion(false);
      each.setSendDateHeader(false);
    });
    config.http.maxRequestSize = BODY_BYTES_MAX;
    config.http.generateEtags = false;
    config.router.treatMultipleSlashesAsSingleSlash = false;
    config.routes.before(this::authorize);
    for (Routes.Route route : routes.all()) {
      config.routes.addHttpHandler(route.method(), route.path(), route.handler());
    }
    config.routes.exception(ControlException.class, AdminServer::answerRefusal);
    config.routes.exception(HttpResponseException.class, AdminServer::answerHttpProblem);
    config.routes.exception(Exception.class, AdminServer::answerDefect);
  }

  /// Begins to listen.
  ///
  /// @return the port, which differs from the configured one if that was 0
  /// @throws java.net.BindException if the address is taken
  public int start() throws java.net.BindException {
    try {
      return http.start().port();
    } catch (JavalinBindException taken) {
      java.net.BindException plain = new java.net.BindException(taken.getMessage());
      plain.initCause(taken);
      throw plain;
    }
  }

  @Override
  public void close() {
    http.stop();
  }

  /// Everything under `/api/` wants the token; health and metrics do not, for probes and scrapers.
  private void authorize(Context request) {
    if (!request.path().startsWith(API)) {
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
