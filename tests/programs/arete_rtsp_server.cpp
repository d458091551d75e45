// An RTSP server on a free loopback port, for tests that kill and restart it. Serves a moving test
// pattern or an H.264 clip, again and again, at rtsp://127.0.0.1:PORT/live.
//   arete_rtsp_server [--port N] [--clip FILE] [--size WIDTHxHEIGHT] [--fps N]
//                     [--user NAME --password WORD] [--silent]
// Prints "port N" when it listens. --silent: takes connections and never answers. Ends with its
// standard input.
// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

struct Options {
  std::string port = "0";
  std::string clip;
  int width = 160;
  int height = 120;
  int fps = 25;
  std::string user;
  std::string password;
  bool silent = false;
};

[[noreturn]] void usage(const std::string& reason) {
  std::fprintf(stderr, "arete_rtsp_server: %s\n", reason.c_str());
  std::exit(2);
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--silent") {
      options.silent = true;
      continue;
    }
    if (i + 1 == count) {
      usage(name + " needs a value");
    }
    const std::string value = arguments[++i];
    if (name == "--port") {
      options.port = value;
    } else if (name == "--clip") {
      options.clip = value;
    } else if (name == "--fps") {
      options.fps = std::atoi(value.c_str());
    } else if (name == "--user") {
      options.user = value;
    } else if (name == "--password") {
      options.password = value;
    } else if (name == "--size" &&
               std::sscanf(value.c_str(), "%dx%d", &options.width, &options.height) == 2) {
      continue;
    } else {
      usage("unknown option " + name + " " + value);
    }
  }
  return options;
}

std::string launch_line(const Options& options) {
  if (!options.clip.empty()) {
    return "( filesrc location=\"" + options.clip +
           "\" ! qtdemux ! rtph264pay "
           "name=pay0 pt=96 config-interval=-1 )";
  }
  return "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=" +
         std::to_string(options.width) + ",height=" + std::to_string(options.height) +
         ",framerate=" + std::to_string(options.fps) +
         "/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=" +
         std::to_string(options.fps) +
         " threads=1 ! rtph264pay name=pay0 pt=96 config-interval=-1 )";
}

/// Everybody must log in, if a user was given.
void demand_login(GstRTSPServer* server, GstRTSPMediaFactory* factory, const Options& options) {
  if (options.user.empty()) {
    return;
  }
  GstRTSPAuth* const auth = gst_rtsp_auth_new();
  GstRTSPToken* const token =
      gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
  gchar* const basic = gst_rtsp_auth_make_basic(options.user.c_str(), options.password.c_str());
  gst_rtsp_auth_add_basic(auth, basic, token);
  g_free(basic);
  gst_rtsp_token_unref(token);
  gst_rtsp_server_set_auth(server, auth);
  g_object_unref(auth);
  gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                  G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                  G_TYPE_BOOLEAN, TRUE, nullptr);
}

gboolean on_input(GIOChannel* channel, GIOCondition /*condition*/, gpointer loop) {
  gchar letter = 0;
  gsize got = 0;
  if (g_io_channel_read_chars(channel, &letter, 1, &got, nullptr) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return FALSE;
  }
  return TRUE;
}

void say_port(int port) {
  std::printf("port %d\n", port);
  std::fflush(stdout);
}

/// Listens and lets every visitor wait.
int be_silent(const Options& options, GMainLoop* loop) {
  GSocketListener* const listener = g_socket_listener_new();
  guint16 port = static_cast<guint16>(std::atoi(options.port.c_str()));
  if (port == 0) {
    port = g_socket_listener_add_any_inet_port(listener, nullptr, nullptr);
  } else if (g_socket_listener_add_inet_port(listener, port, nullptr, nullptr) == FALSE) {
    return 1;
  }
  say_port(port);
  g_main_loop_run(loop);
  g_object_unref(listener);
  return 0;
}

int serve(const Options& options, GMainLoop* loop) {
  GstRTSPServer* const server = gst_rtsp_server_new();
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, options.port.c_str());
  GstRTSPMediaFactory* const factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_launch(factory, launch_line(options).c_str());
  gst_rtsp_media_factory_set_shared(factory, options.clip.empty() ? TRUE : FALSE);
  demand_login(server, factory, options);
  GstRTSPMountPoints* const mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
  g_object_unref(mounts);
  if (gst_rtsp_server_attach(server, nullptr) == 0) {
    std::fprintf(stderr, "arete_rtsp_server: cannot listen at port %s\n", options.port.c_str());
    return 1;
  }
  say_port(gst_rtsp_server_get_bound_port(server));
  g_main_loop_run(loop);
  g_object_unref(server);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse(count, arguments);
  gst_init(nullptr, nullptr);
  GMainLoop* const loop = g_main_loop_new(nullptr, FALSE);
  GIOChannel* const input = g_io_channel_unix_new(0);
  g_io_add_watch(input, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR), on_input, loop);
  const int result = options.silent ? be_silent(options, loop) : serve(options, loop);
  g_main_loop_unref(loop);
  return result;
}
