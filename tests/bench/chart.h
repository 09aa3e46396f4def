/*
 * Curves of positive numbers over positive numbers, both axes logarithmic, as an SVG file. In a
 * header because each file of this folder is a program.
 */
#ifndef SOCKLIFE_BENCH_CHART_H
#define SOCKLIFE_BENCH_CHART_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CHART_POINTS_MAX 16
#define CHART_LEFT       70.0
#define CHART_TOP        40.0
#define CHART_WIDTH      420.0
#define CHART_HEIGHT     260.0

struct chart_curve {
	const char *name, *colour;
	double x[CHART_POINTS_MAX], y[CHART_POINTS_MAX];
	size_t count;
};

struct chart {
	const char *title, *x_title;
	const struct chart_curve *curves;
	size_t curve_count;
};

struct chart_range {
	double low, high; /* powers of ten */
};

static struct chart_range chart_range(const struct chart *chart, bool is_x)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < chart->curve_count; i++) {
		const double *values = is_x ? chart->curves[i].x : chart->curves[i].y;

		for (size_t j = 0; j < chart->curves[i].count; j++) {
			least = fmin(least, values[j]);
			most = fmax(most, values[j]);
		}
	}
	return (struct chart_range){floor(log10(least)), ceil(log10(most * 1.0001))};
}

static double chart_x(struct chart_range range, double value)
{
	return CHART_LEFT + (log10(value) - range.low) / (range.high - range.low) * CHART_WIDTH;
}

static double chart_y(struct chart_range range, double value)
{
	return CHART_TOP + CHART_HEIGHT -
	       (log10(value) - range.low) / (range.high - range.low) * CHART_HEIGHT;
}

static void chart_grid(FILE *out, struct chart_range x, struct chart_range y)
{
	for (double power = x.low; power <= x.high; power++) {
		double at = chart_x(x, pow(10, power));

		fprintf(out,
			"<path d=\"M%.1f %.1fV%.1f\" stroke=\"#ccc\"/><text x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"middle\">%g</text>\n",
			at, CHART_TOP, CHART_TOP + CHART_HEIGHT, at, CHART_TOP + CHART_HEIGHT + 16,
			pow(10, power));
	}
	for (double power = y.low; power <= y.high; power++) {
		double at = chart_y(y, pow(10, power));

		fprintf(out,
			"<path d=\"M%.1f %.1fH%.1f\" stroke=\"#ccc\"/><text x=\"%.1f\" y=\"%.1f\" "
			"text-anchor=\"end\">%g</text>\n",
			CHART_LEFT, at, CHART_LEFT + CHART_WIDTH, CHART_LEFT - 6, at + 4,
			pow(10, power));
	}
}

static void chart_draw(FILE *out, const struct chart *chart)
{
	struct chart_range x = chart_range(chart, true), y = chart_range(chart, false);

	fprintf(out,
		"<text x=\"%.1f\" y=\"24\" font-weight=\"bold\">%s</text>"
		"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
		CHART_LEFT, chart->title, CHART_LEFT + CHART_WIDTH / 2,
		CHART_TOP + CHART_HEIGHT + 34, chart->x_title);
	chart_grid(out, x, y);
	for (size_t i = 0; i < chart->curve_count; i++) {
		const struct chart_curve *curve = &chart->curves[i];

		fprintf(out, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"",
			curve->colour);
		for (size_t j = 0; j < curve->count; j++)
			fprintf(out, "%.1f,%.1f ", chart_x(x, curve->x[j]),
				chart_y(y, curve->y[j]));
		fprintf(out, "\"/>\n<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n",
			CHART_LEFT + 8, CHART_TOP + 16 + 16 * (double)i, curve->colour,
			curve->name);
	}
}

/* The charts side by side. */
static bool chart_write(const char *path, const struct chart *charts, size_t count)
{
	double width = CHART_LEFT + CHART_WIDTH + 30, height = CHART_TOP + CHART_HEIGHT + 50;
	FILE *out = fopen(path, "w");

	if (out == NULL)
		return false;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		width * (double)count, height);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "<g transform=\"translate(%.0f 0)\">\n", width * (double)i);
		chart_draw(out, &charts[i]);
		fputs("</g>\n", out);
	}
	fputs("</svg>\n", out);
	return fclose(out) == 0;
}

#endif
