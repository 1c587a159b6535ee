/* A container engine without containers: answers every request on a Unix socket with an empty list.
 *
 * usage: empty_engine SOCKET
 *
 * Prints a line once it listens, and runs until it is ended.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "Connection: close\r\n\r\n[]";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: empty_engine SOCKET\n");
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) {
        perror(argv[1]);
        return 1;
    }
    puts("listening");
    fflush(stdout);
    for (;;) {
        char request[4096];
        int peer = accept(listener, NULL, NULL);
        if (peer < 0)
            continue;
        if (read(peer, request, sizeof request) > 0)
            (void)!write(peer, answer, sizeof answer - 1);
        close(peer);
    }
}
