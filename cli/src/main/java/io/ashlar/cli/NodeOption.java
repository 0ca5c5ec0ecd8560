package io.ashlar.cli;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--api` and `--token-file`: which node to talk to, and with what right. Without them it is the
/// node whose data directory is here, by its socket, which asks for no token. The token itself is
/// never an argument, since arguments are seen by every process of the machine.
public final class NodeOption {
  private static final String TOKEN_FILE_NAME = "api.token";
  private static final String SOCKET_NAME = "api.sock";
  private static final String SOCKET_SCHEME = "unix";
  private static final Path INSTALLED_DATA = Path.of("/var/lib/ashlar");
  private static final URI USUAL_ADDRESS = URI.create("http://127.0.0.1:7480");

  @Option(
      names = "--api",
      paramLabel = "URL",
      defaultValue = "${env:ASHLAR_API}",
      description =
          "Management address (or ASHLAR_API): http://HOST:PORT, or unix:/PATH of a socket. Default:"
              + " api.sock in the data directory ($ASHLAR_DATA, ./ashlar-data, /var/lib/ashlar),"
              + " else http://127.0.0.1:7480.")
  private @Nullable URI api;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:ASHLAR_TOKEN_FILE}",
      description =
          "File with the management token (or ASHLAR_TOKEN_FILE), which a socket does not need."
              + " Default: api.token in the data directory.")
  private @Nullable Path tokenFile;

  /// Runs an action with a client of the node.
  <T> T call(Function<ControlClient, T> action) {
    URI address = address();
    boolean isSocket = SOCKET_SCHEME.equals(address.getScheme()) && address.getPath() != null;
    if (!isSocket && (address.getScheme() == null || address.getHost() == null)) {
      throw new CommandFailure(
          "invalid-argument",
          "'"
              + address
              + "' is no management address: write it as http://127.0.0.1:7480 or"
              + " unix:/var/lib/ashlar/api.sock.",
          ExitCode.USAGE);
    }
    try (ControlClient client = new ControlClient(address, isSocket ? null : token())) {
      return action.apply(client);
    }
  }

  private URI address() {
    if (api != null) {
      return api;
    }
    if (tokenFile == null) {
      for (Path directory : usualDirectories()) {
        Path socket = directory.resolve(SOCKET_NAME).toAbsolutePath();
        if (Files.isWritable(socket)) {
          return uri(socket);
        }
      }
    }
    return USUAL_ADDRESS;
  }

  private static URI uri(Path socket) {
    try {
      return new URI(SOCKET_SCHEME, null, socket.toString(), null);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("an absolute path is a URI's path", impossible);
    }
  }

  private @Nullable String token() {
    List<Path> candidates =
        tokenFile == null
            ? usualDirectories().stream().map(each -> each.resolve(TOKEN_FILE_NAME)).toList()
            : List.of(tokenFile);
    for (Path candidate : candidates) {
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

  private static List<Path> usualDirectories() {
    String data = System.getenv("ASHLAR_DATA");
    return List.of(Path.of(data == null || data.isEmpty() ? "ashlar-data" : data), INSTALLED_DATA);
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
