# Values that the tests of scomm.stats are compared with, from R and packages we did not write.
# Run by `make oracles`; arguments: the folder of this file, the folder to write to.
suppressPackageStartupMessages({
  library(lme4); library(sandwich); library(lmtest); library(VGAM); library(metafor); library(epitools)
})
packages <- c("lme4", "sandwich", "lmtest", "VGAM", "metafor", "epitools", "MASS")
args <- commandArgs(trailingOnly = TRUE)
read <- function(name) read.csv(file.path(args[1], "inputs", name), stringsAsFactors = FALSE)
rows <- list()
put <- function(method, case, quantity, value, oracle)
  rows[[length(rows) + 1]] <<- data.frame(method, case, quantity, value = sprintf("%.17g", value), oracle)

# One proportion ------------------------------------------------------------------------------
counts <- read("counts.csv")
mid_p_limit <- function(x, n, tail)
  uniroot(function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2 - tail,
          c(0, 1), tol = 1e-15)$root
for (i in seq_len(nrow(counts))) {
  x <- counts$x[i]; n <- counts$n[i]; case <- paste(x, n)
  w <- suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  put("wilson", case, "low", w[1], "stats::prop.test"); put("wilson", case, "high", w[2], "stats::prop.test")
  e <- binom.test(x, n)$conf.int
  put("clopper_pearson", case, "low", e[1], "stats::binom.test"); put("clopper_pearson", case, "high", e[2], "stats::binom.test")
  put("jeffreys", case, "low", if (x == 0) 0 else qbeta(0.025, x + 0.5, n - x + 0.5), "stats::qbeta")
  put("jeffreys", case, "high", if (x == n) 1 else qbeta(0.975, x + 0.5, n - x + 0.5), "stats::qbeta")
  put("mid_p", case, "low", if (x == 0) 0 else mid_p_limit(x, n, 0.025), "stats::pbinom, uniroot")
  put("mid_p", case, "high", if (x == n) 1 else mid_p_limit(x, n, 0.975), "stats::pbinom, uniroot")
  for (p0 in c(0.25, 0.5)) {
    q <- paste0("p0=", p0)
    put("exact_test", case, q, binom.test(x, n, p0)$p.value, "stats::binom.test")
    put("exact_test", case, paste0(q, " greater"), binom.test(x, n, p0, "greater")$p.value, "stats::binom.test")
    upper <- pbinom(x, n, p0, lower.tail = FALSE) + dbinom(x, n, p0) / 2
    put("mid_p_test", case, q, 2 * min(upper, 1 - upper), "stats::pbinom")
  }
}

# Wilson at a variance of phi times binomial: the ends solve (x/n - p)^2 = z^2 phi p (1 - p)/n
for (i in seq_len(nrow(counts))) for (phi in c(2.5, 40)) {
  x <- counts$x[i]; n <- counts$n[i]; k <- qnorm(.975)^2 * phi / n
  ends <- sort(Re(polyroot(c((x / n)^2, -(2 * x / n + k), 1 + k))))
  put("wilson_overdispersed", paste(x, n), paste0("phi=", phi, " low"), ends[1], "base::polyroot")
  put("wilson_overdispersed", paste(x, n), paste0("phi=", phi, " high"), ends[2], "base::polyroot")
}

# Two proportions -----------------------------------------------------------------------------
places <- read("places.csv")
total_x <- 27047; total_n <- 94218
for (i in seq_len(nrow(places))) {
  x <- places$x[i]; n <- places$n[i]; case <- places$place[i]
  a <- prop.test(x, n, correct = FALSE); b <- prop.test(total_x - x, total_n - n, correct = FALSE)
  p1 <- x / n; p2 <- (total_x - x) / (total_n - n); d <- p1 - p2
  put("newcombe_difference", case, "estimate", d, "stats::prop.test")
  put("newcombe_difference", case, "low", d - sqrt((p1 - a$conf.int[1])^2 + (b$conf.int[2] - p2)^2), "stats::prop.test")
  put("newcombe_difference", case, "high", d + sqrt((a$conf.int[2] - p1)^2 + (p2 - b$conf.int[1])^2), "stats::prop.test")
  m <- matrix(c(x, n - x, total_x - x, total_n - n - total_x + x), 2, byrow = TRUE)
  put("fisher_exact", case, "p", fisher.test(m)$p.value, "stats::fisher.test")
  o <- oddsratio.wald(m, rev = "neither")$measure

  put("odds_ratio", case, "estimate", o[2, 1], "epitools::oddsratio.wald")
  put("odds_ratio", case, "low", o[2, 2], "epitools::oddsratio.wald")
  put("odds_ratio", case, "high", o[2, 3], "epitools::oddsratio.wald")
  r <- riskratio.wald(m[, 2:1], rev = "neither")$measure
  put("ratio", case, "estimate", 1 / r[2, 1], "epitools::riskratio.wald")
}

# Families of tests ---------------------------------------------------------------------------
p <- sapply(seq_len(nrow(places)), function(i) binom.test(places$x[i], places$n[i], 0.5)$p.value)
for (i in seq_along(p)) for (m in c("holm", "BH"))
  put(m, places$place[i], "p", p.adjust(p, m)[i], "stats::p.adjust")

# Many proportions ----------------------------------------------------------------------------
x <- places$x; n <- places$n
chi <- suppressWarnings(chisq.test(rbind(x, n - x), correct = FALSE))
put("chi_square_homogeneity", "places", "statistic", chi$statistic, "stats::chisq.test")
put("chi_square_homogeneity", "places", "p", chi$p.value, "stats::chisq.test")
pooled <- sum(x) / sum(n)
pearson <- glm(cbind(x, n - x) ~ 1, family = binomial)
put("overdispersion", "places", "phi_raw", sum(residuals(pearson, "pearson")^2) / length(n), "stats::glm")
for (scale in c("share", "logit")) {
  y <- if (scale == "share") x / n else log((x + .5) / (n - x + .5))
  v <- if (scale == "share") pooled * (1 - pooled) / n else 1 / (x + .5) + 1 / (n - x + .5)
  f <- rma(y, v, method = "DL")
  for (q in list(c("tau2", f$tau2), c("mean", f$b), c("low", f$ci.lb), c("high", f$ci.ub), c("q", f$QE), c("i2", f$I2 / 100)))
    put("random_effects", scale, q[1], as.numeric(q[2]), "metafor::rma, DL")
}
bb <- vglm(cbind(x, n - x) ~ 1, betabinomial, control = vglm.control(epsilon = 1e-12, maxit = 500, stepsize = 0.5))
share <- plogis(coef(bb)[1]); rho <- plogis(coef(bb)[2])
ab <- unname(c(share, 1 - share) * (1 / rho - 1))
# vglm stops a little short of the top of its own likelihood; optim goes the rest of the way
for (again in 1:5) ab <- exp(optim(log(ab), function(z) -sum(dbetabinom.ab(x, n, exp(z[1]), exp(z[2]), log = TRUE)),
                                   method = "Nelder-Mead", control = list(reltol = 1e-16, maxit = 5000))$par)
put("beta_binomial", "places", "a", ab[1], "VGAM::dbetabinom.ab, stats::optim"); put("beta_binomial", "places", "b", ab[2], "VGAM::dbetabinom.ab, stats::optim")
put("beta_binomial", "places", "log_likelihood", sum(dbetabinom.ab(x, n, ab[1], ab[2], log = TRUE)), "VGAM::dbetabinom.ab")
for (i in seq_along(x)) {
  put("empirical_bayes", places$place[i], "share", (ab[1] + x[i]) / (sum(ab) + n[i]), "VGAM, stats::qbeta")
  put("empirical_bayes", places$place[i], "low", qbeta(.025, ab[1] + x[i], ab[2] + n[i] - x[i]), "VGAM, stats::qbeta")
  put("empirical_bayes", places$place[i], "high", qbeta(.975, ab[1] + x[i], ab[2] + n[i] - x[i]), "VGAM, stats::qbeta")
}
gm <- glmer(cbind(x, n - x) ~ 1 + (1 | place), family = binomial, data = places, nAGQ = 25,
            control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6), tolPwrss = 1e-10))
put("random_intercept_logit", "places", "intercept", fixef(gm), "lme4::glmer, nAGQ=25")
put("random_intercept_logit", "places", "sigma", sqrt(VarCorr(gm)$place[1]), "lme4::glmer, nAGQ=25")
# The likelihood at R's optimum by adaptive quadrature of R's own, place by place
ll <- sum(sapply(seq_along(x), function(i) {
  f <- function(u) dbinom(x[i], n[i], plogis(fixef(gm) + sqrt(VarCorr(gm)$place[1]) * u)) * dnorm(u)
  mode <- optimize(function(u) dbinom(x[i], n[i], plogis(fixef(gm) + sqrt(VarCorr(gm)$place[1]) * u), log = TRUE) +
                     dnorm(u, log = TRUE), c(-6, 6), maximum = TRUE, tol = 1e-8)$maximum
  log(integrate(f, mode - 7, mode, rel.tol = 1e-12, subdivisions = 2000)$value +
      integrate(f, mode, mode + 7, rel.tol = 1e-12, subdivisions = 2000)$value)
}))
put("random_intercept_logit", "places", "log_likelihood", ll, "stats::integrate")
for (i in seq_along(x)) {
  put("beta_binomial_limits", places$place[i], "low", min(which(pbetabinom.ab(0:n[i], n[i], ab[1], ab[2]) >= .025) - 1) / n[i], "VGAM::pbetabinom.ab")
  put("beta_binomial_limits", places$place[i], "high", min(which(pbetabinom.ab(0:n[i], n[i], ab[1], ab[2]) >= .975) - 1) / n[i], "VGAM::pbetabinom.ab")
  r <- qbinom(.025, n[i], pooled); at <- pbinom(r, n[i], pooled); before <- pbinom(r - 1, n[i], pooled)
  put("exact_limits", places$place[i], "low", (r - (at - .025) / (at - before)) / n[i], "stats::qbinom")
}
# Full Bayes: both integrals over (log(a/b), log(a+b)) by R's adaptive quadrature
lp <- function(u, v) {
  a <- exp(v) * plogis(u); b <- exp(v) * plogis(-u)
  log(a) + log(b) - 2.5 * v + sum(lbeta(a + x, b + n - x) - lbeta(a, b))
}
peak <- optim(c(qlogis(pooled), 2), function(z) -lp(z[1], z[2]), control = list(reltol = 1e-12))
top <- -peak$value
outer_integral <- function(g) integrate(Vectorize(function(v)
  integrate(Vectorize(function(u) exp(lp(u, v) - top) * g(u, v)), peak$par[1] - 2, peak$par[1] + 2, rel.tol = 1e-10)$value),
  peak$par[2] - 3, peak$par[2] + 4, rel.tol = 1e-9)$value
mass <- outer_integral(function(u, v) 1)
for (i in c(1, 6, 11, 15))
  put("full_bayes", places$place[i], "share",
      outer_integral(function(u, v) (exp(v) * plogis(u) + x[i]) / (exp(v) + n[i])) / mass, "stats::integrate, twice")

# Case mix ------------------------------------------------------------------------------------
strata <- read("strata.csv")
strata$stratum <- paste(strata$fiscal_year, strata$fast)
areas <- sort(unique(strata$aor)); levels <- sort(unique(strata$stratum))
X <- matrix(0, length(areas), length(levels), dimnames = list(areas, levels)); N <- X
X[cbind(strata$aor, strata$stratum)] <- strata$x; N[cbind(strata$aor, strata$stratum)] <- strata$n
for (a in areas) if (all(N[a, ] > 0)) {
  d <- ageadjust.direct(X[a, ], N[a, ], stdpop = colSums(N))
  put("direct", a, "share", d["adj.rate"], "epitools::ageadjust.direct")
}
model <- glm(cbind(x, n - x) ~ aor + fast + factor(fiscal_year), family = quasibinomial, data = strata,
             control = glm.control(epsilon = 1e-14, maxit = 100))
put("grouped_logit", "all", "dispersion", summary(model)$dispersion, "stats::glm")
V <- vcov(model); w <- strata$n / sum(strata$n)
for (a in areas) {
  moved <- transform(strata, aor = a)
  D <- model.matrix(delete.response(terms(model)), transform(moved, aor = factor(aor, levels = areas)))
  p <- predict(model, moved, type = "response"); s <- sum(w * p)
  g <- colSums(w * p * (1 - p) * D); se <- sqrt(drop(g %*% V %*% g)) / (s * (1 - s))
  put("grouped_logit", a, "share", s, "stats::glm, predict")
  put("grouped_logit", a, "low", plogis(qlogis(s) - qnorm(.975) * se), "stats::glm, delta method")
  put("grouped_logit", a, "high", plogis(qlogis(s) + qnorm(.975) * se), "stats::glm, delta method")
}
for (a in setdiff(areas, "SNA")) if (all(N[a, ] > 0)) {
  # The same two components through their published weights: means of mixes and of rates
  r1 <- X[a, ] / N[a, ]; r2 <- X["SNA", ] / N["SNA", ]
  m1 <- N[a, ] / sum(N[a, ]); m2 <- N["SNA", ] / sum(N["SNA", ])
  put("kitagawa", a, "mix", weighted.mean(r1, m1) / 2 + weighted.mean(r2, m1) / 2 - weighted.mean(r1, m2) / 2 - weighted.mean(r2, m2) / 2, "stats::weighted.mean")
  put("kitagawa", a, "rate", weighted.mean(r1, m1) / 2 + weighted.mean(r1, m2) / 2 - weighted.mean(r2, m1) / 2 - weighted.mean(r2, m2) / 2, "stats::weighted.mean")
}

# Time ----------------------------------------------------------------------------------------
months <- read("months.csv")
months$y <- months$x / months$n
months$t <- seq_len(nrow(months)) - which(months$after == 1)[1]
for (L in c(0, 1, 3, 6, 12)) {
  f <- lm(y ~ t + after + I(t * after), months)
  V <- NeweyWest(f, lag = L, prewhite = FALSE, adjust = TRUE)
  case <- paste("lag", L)
  put("segmented_regression", case, "step", coef(f)["after"], "stats::lm")
  put("segmented_regression", case, "step_se", sqrt(V["after", "after"]), "sandwich::NeweyWest")
  put("segmented_regression", case, "step_p", coeftest(f, V)["after", 4], "lmtest::coeftest")
  put("segmented_regression", case, "pre_slope_se", sqrt(V["t", "t"]), "sandwich::NeweyWest")
}
f <- lm(y ~ t + after + I(t * after), months, weights = n)
put("segmented_regression", "weighted lag 3", "step", coef(f)["after"], "stats::lm")
put("segmented_regression", "weighted lag 3", "step_se", sqrt(NeweyWest(f, lag = 3, prewhite = FALSE, adjust = TRUE)["after", "after"]), "sandwich::NeweyWest")
put("segmented_regression", "weighted lag 3", "durbin_watson", dwtest(lm(y ~ t + after + I(t * after), months))$statistic, "lmtest::dwtest")
g <- glm(cbind(x, n - x) ~ t + after + I(t * after), quasibinomial, months, control = glm.control(epsilon = 1e-14))
put("segmented_quasi_binomial", "months", "step", coef(g)["after"], "stats::glm")
put("segmented_quasi_binomial", "months", "step_se", summary(g)$coefficients["after", 2], "stats::glm")
put("segmented_quasi_binomial", "months", "dispersion", summary(g)$dispersion, "stats::glm")
# A ratio of sums is the coefficient of a regression through the origin, weighted by 1/n
h <- lm(x ~ n - 1, months, weights = 1 / n)
for (L in c(0, 3, 6)) {
  put("newey_west_share", paste("lag", L), "share", coef(h), "stats::lm")
  put("newey_west_share", paste("lag", L), "se", sqrt(drop(NeweyWest(h, lag = L, prewhite = FALSE, adjust = TRUE))), "sandwich::NeweyWest")
}
share <- sum(months$x) / sum(months$n); u <- months$x - share * months$n; k <- nrow(months)
r <- acf(u, lag.max = 1, plot = FALSE)$acf[2]; rho <- min(max(r + (1 + 4 * r) / k, 0), 0.95); m <- k * (1 - rho) / (1 + rho)
se <- sqrt(sum(u^2) * (1 + rho) / (1 - rho) / (1 - 1 / max(m, 1.5))) / sum(months$n)
put("autoregressive_share", "months", "rho", rho, "stats::acf")
put("autoregressive_share", "months", "se", se, "stats::acf")
put("autoregressive_share", "months", "low", max(0, share - qt(.975, max(m - 1, 2)) * se), "stats::acf, stats::qt")
sel <- function(from, to) months[months$t >= from & months$t < to, ]
b <- sel(-12, 0); a <- sel(0, 12)
put("before_after", "12 months", "change", sum(a$x) / sum(a$n) - sum(b$x) / sum(b$n), "base R")

# Arrests at local jails and in prisons -------------------------------------------------------
# A ratio of counts between two windows is a coefficient of a saturated Poisson regression of months
# and areas, a ratio of ratios its interaction: areas are the clusters of its sandwich, and scores of
# months, added up over areas, are regressed on cosines (Lazarus et al. 2018).
arrests <- read("arrests.csv")
arrests$t <- match(arrests$month, sort(unique(arrests$month))) - match("2017-02-01", sort(unique(arrests$month)))
centers <- sort(unique(arrests$aor)); J <- length(centers)
exact <- glm.control(epsilon = 1e-12, maxit = 100)
windows <- list("12 months" = c(-12, 0, 0, 12), "6 months" = c(-6, 0, 0, 6), "16 months" = c(-16, 0, 0, 16),
                "12 against 11 months" = c(-12, 0, 20, 31))
stretch <- function(w, rows = arrests) {
  rows$late <- ifelse(rows$t >= w[3] & rows$t < w[4], 1, ifelse(rows$t >= w[1] & rows$t < w[2], 0, NA))
  rows[!is.na(rows$late), ]
}
against <- function(rows, prisons) {
  y <- data.frame(count = rows$local, side = 1, rows[c("t", "aor", "late")])
  if (prisons) y <- rbind(y, data.frame(count = rows$prisons, side = 0, rows[c("t", "aor", "late")]))
  model <- if (prisons) count ~ side * late else count ~ late
  first <- glm(model, poisson, y, control = exact)
  glm(model, poisson, y, start = coef(first), control = exact)  # its weights are those of the step before
}
influence_of <- function(model) {
  V <- summary(model)$cov.unscaled
  drop(estfun(model) %*% V[, ncol(V)])
}
cosine_variance <- function(u) {
  k <- length(u); B <- floor(0.4 * k^(2 / 3))
  basis <- sapply(seq_len(B), function(b) cos(pi * b * (seq_len(k) - 0.5) / k))
  list(variance = mean((coef(lm(u ~ basis))[-1] * k / sqrt(2))^2), df = B)
}
window_error <- function(model, data) {
  last <- length(coef(model))
  area <- vcovCL(model, cluster = data$aor, type = "HC0", cadjust = TRUE)[last, last]
  months <- lapply(0:1, function(w) cosine_variance(tapply(influence_of(model)[data$late == w], data$t[data$late == w], sum)))
  v <- sapply(months, `[[`, "variance"); B <- sapply(months, `[[`, "df"); both <- area + sum(v)
  list(estimate = unname(coef(model)[last]), area = sqrt(area), month = sqrt(sum(v)), both = sqrt(both),
       df = both^2 / (area^2 / (J - 1) + sum(v^2 / B)))
}
put_window <- function(method, case, e, back, oracle) {
  half <- qt(.975, e$df) * e$both
  put(method, case, "estimate", back(e$estimate), oracle); put(method, case, "area_error", e$area, "sandwich::vcovCL, HC0")
  put(method, case, "month_error", e$month, "stats::lm on cosines"); put(method, case, "df", e$df, "Satterthwaite by hand")
  put(method, case, "low", back(e$estimate - half), "stats::qt"); put(method, case, "high", back(e$estimate + half), "stats::qt")
}
for (w in names(windows)) {
  rows_in <- stretch(windows[[w]])
  for (prisons in c(FALSE, TRUE)) {
    model <- against(rows_in, prisons)
    put_window("window_ratio", paste(w, if (prisons) "against prisons" else "alone"),
               window_error(model, if (prisons) rbind(rows_in, rows_in) else rows_in), exp, "stats::glm, poisson")
  }
  rows_in <- rows_in[rows_in$local + rows_in$prisons > 0, ]
  share <- lm(local / (local + prisons) ~ late, rows_in, weights = local + prisons)
  put_window("window_change", w, window_error(share, rows_in), identity, "stats::lm, weighted")
}
area_logs <- list()
for (prisons in c(FALSE, TRUE)) {
  side <- if (prisons) "against prisons" else "alone"
  found <- t(sapply(centers, function(a) {
    y <- stretch(windows[["12 months"]], arrests[arrests$aor == a, ])
    model <- against(y, prisons); last <- length(coef(model)); u <- influence_of(model)
    if (prisons) y <- rbind(y, y)
    slow <- sum(sapply(0:1, function(w) cosine_variance(tapply(u[y$late == w], y$t[y$late == w], sum))$variance))
    c(log = unname(coef(model)[last]), counted = vcov(model)[last, last], slow = slow)
  }))
  extra <- max(0, mean(found[, "slow"] - found[, "counted"]))
  v <- pmax(found[, "slow"], found[, "counted"] + extra); z <- found[, "log"] / sqrt(v)
  put("area_ratios", side, "months", extra, "stats::lm on cosines")
  for (a in centers) {
    put("area_ratios", paste(a, side), "ratio", exp(found[a, "log"]), "stats::glm, poisson")
    put("area_ratios", paste(a, side), "counted", found[a, "counted"], "stats::glm, poisson")
    put("area_ratios", paste(a, side), "variance", v[a], "stats::glm, stats::lm on cosines")
    put("area_ratios", paste(a, side), "low", exp(found[a, "log"] - qnorm(.975) * sqrt(v[a])), "stats::qnorm")
    put("area_ratios", paste(a, side), "high", exp(found[a, "log"] + qnorm(.975) * sqrt(v[a])), "stats::qnorm")
    put("area_ratios", paste(a, side), "p", 2 * pnorm(-abs(z[a])), "stats::pnorm")
  }
  area_logs[[side]] <- data.frame(y = found[, "log"], v = v, counted = found[, "counted"])
}
logs <- area_logs[["against prisons"]]
for (errors in c("v", "counted")) {
  f <- rma(logs$y, logs[[errors]], method = "DL")
  case <- if (errors == "v") "months depend" else "arrests independent"
  found <- c(tau2 = f$tau2, mean = f$b[1], low = f$ci.lb, high = f$ci.ub, q = f$QE, p = f$QEp, i2 = f$I2 / 100)
  for (q in names(found)) put("dersimonian_laird", case, q, found[[q]], "metafor::rma, DL")
  pulled <- blup(f)
  for (i in seq_len(J)) {
    put("shrunken_effects", paste(centers[i], case), "effect", pulled$pred[i], "metafor::blup")
    put("shrunken_effects", paste(centers[i], case), "low", pulled$pi.lb[i], "metafor::blup")
    put("shrunken_effects", paste(centers[i], case), "high", pulled$pi.ub[i], "metafor::blup")
  }
}
for (a in c("all", centers)) {
  y <- if (a == "all") aggregate(cbind(local, prisons) ~ t, arrests, sum) else arrests[arrests$aor == a, ]
  y <- y[order(y$t), ]; n <- y$local + y$prisons
  ratio_of_sums <- lm(y$local ~ n - 1, weights = 1 / n)
  e <- cosine_variance(influence_of(ratio_of_sums)); half <- qt(.975, e$df) * sqrt(e$variance)
  put("cosine_share", a, "share", coef(ratio_of_sums), "stats::lm"); put("cosine_share", a, "se", sqrt(e$variance), "stats::lm on cosines")
  put("cosine_share", a, "low", max(0, coef(ratio_of_sums) - half), "stats::qt"); put("cosine_share", a, "high", min(1, coef(ratio_of_sums) + half), "stats::qt")
}

# The monthly log ratio, in the nation and within areas (Mantel-Haenszel) against the year before
total <- aggregate(cbind(local, prisons) ~ t, arrests, sum); total <- total[order(total$t), ]
total$y <- log(total$local / total$prisons); total$after <- as.numeric(total$t >= 0)
total$ramp <- pmin(pmax((total$t + 1) / 4, 0), 1)
base <- stretch(windows[["12 months"]]); base <- base[base$late == 0, ]
base <- sapply(centers, function(a) colSums(base[base$aor == a, c("local", "prisons")]))
total$within <- sapply(total$t, function(m) {
  now <- arrests[arrests$t == m, ]; now <- t(now[match(centers, now$aor), c("local", "prisons")])
  log(mantelhaen.test(aperm(array(c(now, base), c(2, J, 2)), c(3, 1, 2)), correct = FALSE)$estimate)
})
for (i in seq_len(nrow(total)))
  put("mantel_haenszel", paste("month", total$t[i]), "log_odds", total$within[i], "stats::mantelhaen.test")
forms <- list("bends" = y ~ after + t + I(t * after), "straight" = y ~ after + t, "none" = y ~ after,
              "ramp 4" = y ~ ramp + t + I(t * after), "ramp 4 straight" = y ~ ramp + t, "within areas" = within ~ after + t + I(t * after),
              "season" = y ~ after + t + I(t * after) + sin(2 * pi * t / 12) + cos(2 * pi * t / 12))
put_step <- function(case, formula, lag, months = total) {
  f <- lm(formula, months); V <- NeweyWest(f, lag = lag, prewhite = FALSE, adjust = TRUE); ends <- coefci(f, vcov. = V)
  put("segmented_calibrated", case, "step", coef(f)[2], "stats::lm"); put("segmented_calibrated", case, "step_se", sqrt(V[2, 2]), "sandwich::NeweyWest")
  put("segmented_calibrated", case, "nominal_low", ends[2, 1], "lmtest::coefci"); put("segmented_calibrated", case, "nominal_high", ends[2, 2], "lmtest::coefci")
  put("segmented_calibrated", case, "lag1", acf(residuals(f), 1, plot = FALSE)$acf[2], "stats::acf")
}
for (form in names(forms)) put_step(form, forms[[form]], 3)
put_step("bends, lag 6", forms[["bends"]], 6)
for (k in c(6, 12)) put_step(paste(k, "months on each side"), forms[["bends"]], 3, total[total$t >= -k & total$t < k, ])
f <- lm(y ~ after + t + I(t * after), total); V <- NeweyWest(f, lag = 3, prewhite = FALSE, adjust = TRUE)
place <- c(level_at_break = 1, pre_slope = 3, slope_change = 4)
for (q in names(place)) {
  k <- place[[q]]
  put("segmented_regression", "log ratio", q, coef(f)[k], "stats::lm")
  put("segmented_regression", "log ratio", paste0(q, "_se"), sqrt(V[k, k]), "sandwich::NeweyWest")
  put("segmented_regression", "log ratio", paste0(q, "_p"), coeftest(f, V)[k, 4], "lmtest::coeftest")
}

# Models of the counts, with prisons as exposure, that chapter 9 fits with statsmodels
put_model <- function(method, b, se, oracle) {
  put(method, "national", "step", b, oracle); put(method, "national", "step_se", se, oracle)
  put(method, "national", "low", b - qnorm(.975) * se, oracle); put(method, "national", "high", b + qnorm(.975) * se, oracle)
}
f <- glm(local ~ after + t + I(t * after) + offset(log(prisons)), quasipoisson, total, control = exact)
put_model("quasi_poisson", coef(f)[2], summary(f)$coefficients[2, 2], "stats::glm, quasipoisson")
put("quasi_poisson", "national", "dispersion", summary(f)$dispersion, "stats::glm, quasipoisson")
# MASS::glm.nb takes its errors from the expected information with theta as known; those of maximum
# likelihood are of the observed information of all coefficients, here by symbolic derivatives.
f <- MASS::glm.nb(local ~ after + t + I(t * after) + offset(log(prisons)), total, control = glm.control(epsilon = 1e-10, maxit = 500))
density <- deriv3(~ lgamma(y + exp(g)) - lgamma(exp(g)) - lgamma(y + 1) + g * exp(g) + y * (b0 + b1 * after + b2 * t + b3 * t * after + o)
                  - (y + exp(g)) * log(exp(g) + exp(b0 + b1 * after + b2 * t + b3 * t * after + o)),
                  c("b0", "b1", "b2", "b3", "g"), c("b0", "b1", "b2", "b3", "g", "y", "after", "t", "o"))
theta <- c(coef(f), log(f$theta))
for (again in 1:10) {  # Newton's steps from there to the top
  d <- density(theta[1], theta[2], theta[3], theta[4], theta[5], total$local, total$after, total$t, log(total$prisons))
  H <- apply(attr(d, "hessian"), 2:3, sum); theta <- theta - solve(H, colSums(attr(d, "gradient")))
}
put_model("negative_binomial", theta[2], sqrt(solve(-H)[2, 2]), "MASS::glm.nb, stats::deriv3")
put("negative_binomial", "national", "alpha", exp(-theta[5]), "MASS::glm.nb, stats::deriv3")
put("negative_binomial", "national", "log_likelihood", sum(dnbinom(total$local, size = exp(theta[5]),
  mu = total$prisons * exp(theta[1] + theta[2] * total$after + theta[3] * total$t + theta[4] * total$t * total$after), log = TRUE)), "stats::dnbinom")
# Estimating equations with independence are a logistic fit with clustered errors; geepack's and
# statsmodels' robust errors have no factor J/(J - 1), which is a fiftieth of the error at 24 areas.
f <- glm(cbind(local, prisons) ~ I(as.numeric(t >= 0)) + t + I(t * (t >= 0)) + aor, binomial, arrests, control = exact)
put_model("estimating_equations", coef(f)[2], sqrt(vcovCL(f, cluster = arrests$aor, type = "HC0", cadjust = FALSE)[2, 2]), "stats::glm, sandwich::vcovCL")

# Counties: dispersion, ratios of two counts, effects within groups, rates ---------------------
counties <- read("counties.csv")
early <- as.matrix(counties[paste0("before", 1:3)]); late <- as.matrix(counties[paste0("after", 1:3)])
counties$before <- rowSums(early); counties$after <- rowSums(late)
# Pearson's statistic of three periods with one level is that of chisq.test, with two degrees of freedom
pearson <- function(x) if (sum(x) > 0) suppressWarnings(chisq.test(x)$statistic) else 0
chi <- apply(early, 1, pearson) + apply(late, 1, pearson)
df <- 2 * (counties$before > 0) + 2 * (counties$after > 0)
alpha <- sum(chi - df) / sum(2 * (counties$before + counties$after) / 3)
level_of <- 2 * (counties$before + counties$after) / 3 / df
pooled_phi <- 1 + alpha * ifelse(df > 0, level_of, 0)
counties$phi <- pmax(ifelse(df > 0, chi / df, 0), pooled_phi)
put("dispersion", "all", "alpha", alpha, "stats::chisq.test")
compared <- which(counties$before + counties$after >= 20 & counties$before > 0 & counties$after > 0 & counties$aor != "")
some <- compared[seq(1, length(compared), by = 10)]
for (i in some) {
  case <- paste(counties$fips[i])
  put("dispersion", case, "own", chi[i] / df[i], "stats::chisq.test"); put("dispersion", case, "pooled", pooled_phi[i], "stats::chisq.test")
  put("dispersion", case, "phi", counties$phi[i], "stats::chisq.test")
}
# Given the sum of two Poisson counts, limits and tails of their ratio are those of an F distribution
ratio_limit <- function(a, b, q) (a / b) * qf(q, 2 * a, 2 * b)
for (i in some) for (phi in c(1, counties$phi[i])) {
  case <- paste(counties$fips[i], if (phi == 1) "counted" else "dispersed"); a <- counties$after[i] / phi; b <- counties$before[i] / phi
  for (null in c(1, 1.25)) {
    p <- if (phi == 1) 2 * min(poisson.test(c(a, b), r = null, alternative = "less")$p.value, poisson.test(c(a, b), r = null, alternative = "greater")$p.value)
         else 2 * min(pf(null * (b + 1) / a, 2 * a, 2 * (b + 1)), pf(null * b / (a + 1), 2 * (a + 1), 2 * b, lower.tail = FALSE))
    put("count_ratio", case, paste0("p=", null), min(1, p), if (phi == 1) "stats::poisson.test" else "stats::pf")
  }
  ends <- if (phi == 1) poisson.test(c(a, b))$conf.int else c(ratio_limit(a, b + 1, .025), ratio_limit(a + 1, b, .975))
  put("count_ratio", case, "estimate", a / b, "base R")
  put("count_ratio", case, "log low", log(ends[1]), if (phi == 1) "stats::poisson.test" else "stats::qf")
  put("count_ratio", case, "log high", log(ends[2]), if (phi == 1) "stats::poisson.test" else "stats::qf")
}
nested <- counties[compared, ]
nested$y <- log((nested$after + 0.5) / (nested$before + 0.5))
nested$v <- nested$phi * (1 / (nested$after + 0.5) + 1 / (nested$before + 0.5))
f <- rma.mv(y, v, random = ~ 1 | aor / fips, data = nested, sparse = TRUE, control = list(rel.tol = 1e-12, x.tol = 1e-10))
half <- qt(.975, length(unique(nested$aor)) - 1) * f$se
put("nested_effects", "counties", "within", sqrt(f$sigma2[2]), "metafor::rma.mv"); put("nested_effects", "counties", "between", sqrt(f$sigma2[1]), "metafor::rma.mv")
put("nested_effects", "counties", "mean", f$beta[1], "metafor::rma.mv"); put("nested_effects", "counties", "low", f$beta[1] - half, "metafor::rma.mv, stats::qt")
put("nested_effects", "counties", "high", f$beta[1] + half, "metafor::rma.mv, stats::qt")
# Effects and their errors by Henderson's mixed-model equations: a mean, an effect an area and one a county
Z <- cbind(1, model.matrix(~ factor(aor) - 1, nested), diag(nrow(nested)))
places_in <- length(unique(nested$aor))
C <- solve(crossprod(Z / sqrt(nested$v)) + diag(c(0, rep(1 / f$sigma2[1], places_in), rep(1 / f$sigma2[2], nrow(nested)))))
effects <- drop(Z %*% C %*% crossprod(Z, nested$y / nested$v)); errors <- sqrt(rowSums((Z %*% C) * Z))
for (i in match(some, compared)) {
  put("nested_effects", paste(nested$fips[i]), "ratio", exp(effects[i]), "metafor::rma.mv, mixed-model equations")
  put("nested_effects", paste(nested$fips[i]), "error", errors[i], "metafor::rma.mv, mixed-model equations")
}
exposed <- counties[!is.na(counties$exposure) & counties$exposure > 0, ]
for (case in c("counted", "dispersed")) {
  phi <- if (case == "counted") 1 else exposed$phi
  x <- exposed$arrests / phi; e <- exposed$exposure / phi
  f <- suppressWarnings(MASS::glm.nb(x ~ 1 + offset(log(e)), control = glm.control(epsilon = 1e-10, maxit = 500)))  # of fractions
  theta <- c(coef(f), log(f$theta))
  for (again in 1:10) {
    d <- density(theta[1], 0, 0, 0, theta[2], x, 0, 0, log(e))
    H <- apply(attr(d, "hessian"), 2:3, sum)[c(1, 5), c(1, 5)]; theta <- theta - solve(H, colSums(attr(d, "gradient"))[c(1, 5)])
  }
  m <- exp(theta[1]); k <- exp(theta[2])
  put("gamma_poisson", case, "mean", m, "MASS::glm.nb, stats::deriv3"); put("gamma_poisson", case, "shape", k, "MASS::glm.nb, stats::deriv3")
  for (i in seq(1, nrow(exposed), by = 20)) {
    # The mean of the posterior by integrating prior times likelihood over the log of the rate
    shape <- k + x[i]; top <- log(shape / (k / m + e[i]))
    height <- function(u) dgamma(exp(u), k, k / m, log = TRUE) + u + x[i] * (log(e[i]) + u) - e[i] * exp(u)
    part <- function(g) sum(sapply(list(c(top - 12 / sqrt(shape) - 40 / shape, top), c(top, top + 12 / sqrt(shape))), function(s)
      integrate(function(u) exp(height(u) - height(top)) * g(u), s[1], s[2], rel.tol = 1e-11, subdivisions = 2000)$value))
    put("gamma_poisson", paste(exposed$fips[i], case), "rate", part(exp) / part(function(u) 1), "MASS::glm.nb, stats::integrate")
  }
}

# Selection: exact distribution of the highest of J equal places, and of a simulation's mean --------
for (size in c(10, 50, 200)) {
  J <- 94218 %/% size; k <- 0:size
  cdf <- pbinom(k, size, total_x / total_n)^J
  put("top_of_list", paste(size), "first", sum(diff(c(0, cdf)) * k) / size, "stats::pbinom, order statistic")
}

out <- do.call(rbind, rows)
write.csv(out, file.path(args[2], "values.csv"), row.names = FALSE, quote = TRUE)
writeLines(c(R.version.string, sprintf("%s %s", packages,
  sapply(packages, function(p) as.character(packageVersion(p))))),
  file.path(args[2], "versions.txt"))
sink(file.path(args[2], "sessionInfo.txt")); print(sessionInfo()); sink()
