package io.ashlar.cli;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--api` and `--token-file`: which node to talk to, and with what right. The token itself is
/// never an argument, since arguments are seen by every process of the machine.
public final class NodeOption {
  private static final String TOKEN_FILE_NAME = "api.token";
  private static final Path INSTALLED_TOKEN = Path.of("/var/lib/ashlar", TOKEN_FILE_NAME);

  @Option(
      names = "--api",
      paramLabel = "URL",
      defaultValue = "${env:ASHLAR_API:-http://127.0.0.1:7480}",
      description = "Management address (or ASHLAR_API). Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it from the default
  private URI api;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:ASHLAR_TOKEN_FILE}",
      description =
          "File with the management token (or ASHLAR_TOKEN_FILE). Default: api.token in the data"
              + " directory ($ASHLAR_DATA, ./ashlar-data, /var/lib/ashlar).")
  private @Nullable Path tokenFile;

  /// Runs an action with a client of the node.
  <T> T call(Function<ControlClient, T> action) {
    if (api.getScheme() == null || api.getHost() == null) {
      throw new CommandFailure(
          "invalid-argument",
          "'" + api + "' is no management address: write it as http://127.0.0.1:7480.",
          ExitCode.USAGE);
    }
    try (ControlClient client = new ControlClient(api, token())) {
      return action.apply(client);
    }
  }

  private @Nullable String token() {
    for (Path candidate : tokenFile == null ? usualTokenFiles() : List.of(tokenFile)) {
      if (Files.exists(candidate)) {
        return read(candidate);
      }
    }
    if (tokenFile != null) {
      throw new ControlException(
          ProblemCode.UNAUTHORIZED,
          "The token file " + tokenFile + " does not exist: check --token-file.");
    }
    return null;
  }

  private static List<Path> usualTokenFiles() {
    String data = System.getenv("ASHLAR_DATA");
    return List.of(
        Path.of(data == null || data.isEmpty() ? "ashlar-data" : data, TOKEN_FILE_NAME),
        INSTALLED_TOKEN);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new ControlException(
          Problem.of(
              ProblemCode.UNAUTHORIZED,
              "The token file "
                  + file
                  + " cannot be read: run the command as the user that runs the daemon, or name"
                  + " another file with --token-file."));
    }
  }
}
