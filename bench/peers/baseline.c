/*
 * The Internet checksum in C, as a yardstick: RFC 1071 with 32-bit words and a 64-bit sum, over the same area in the same
 * pieces as `cases/checksum.ts`. Prints nanoseconds of the processor for one piece. `baseline SIZE MILLISECONDS`
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AREA (256 * 1024)

static uint8_t area[AREA + 64];

static uint16_t checksum(const uint8_t *at, size_t length) {
  uint64_t sum = 0;
  size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    uint32_t word;
    memcpy(&word, at + i, 4);
    sum += word;
  }
  if (i + 2 <= length) {
    uint16_t half;
    memcpy(&half, at + i, 2);
    sum += half;
    i += 2;
  }
  if (i < length) sum += at[i];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static double processor_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int count, char **parameters) {
  if (count < 3) return 2;
  size_t size = strtoul(parameters[1], NULL, 10);
  double wanted = strtod(parameters[2], NULL) * 1e6;
  size_t step = (size + 15) & ~(size_t)15;
  for (size_t i = 0; i < sizeof area; i++) area[i] = (uint8_t)((uint32_t)(i * 2654435761u) >> 24);
  volatile uint16_t all = 0;
  double pieces = 0, spent = 0, start = processor_ns();
  do {
    for (size_t at = 0; at + size <= AREA; at += step, pieces++) all ^= checksum(area + at, size);
    spent = processor_ns() - start;
  } while (spent < wanted);
  printf("%.3f\n", spent / pieces);
  return 0;
}
