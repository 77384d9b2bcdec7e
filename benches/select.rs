//! Solver on instances of real size: 300 packages and 1,500 requirements, 40 of which have 2 to 12 candidates; and on hard
//! instances, in which all choices share their packages.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sodeb::solve::solver::{
    Instance, PackageId, Requirement, RequirementId, Solvable, SolverOption, decisions, solve, verify,
};
use sodeb::vocabulary::PackageName;

const PACKAGES: usize = 300;
const REQUIREMENTS: usize = 1500;
const CHOICES: usize = 40;
const WANTED: usize = 80;

/// Returns the same numbers on each run (Knuth's multiplier).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn candidates(count: usize, numbers: &mut Numbers) -> Vec<Solvable> {
    (0..count)
        .map(|id| Solvable {
            name: PackageName::new(format!("lib{id}")),
            installed_size_kib: 20 + numbers.below(5_000) as u64,
            conflicts: Vec::new(),
        })
        .collect()
}

fn requirement(id: usize, options: Vec<SolverOption>) -> Requirement {
    Requirement { label: format!("lib{id}.so.1"), options }
}

fn options(packages: &[usize], mut needs: impl FnMut() -> Vec<RequirementId>) -> Vec<SolverOption> {
    let ranked = packages.iter().enumerate();
    ranked
        .map(|(rank, &package)| SolverOption {
            package: PackageId(package),
            needs: needs(),
            rank: rank as u32,
        })
        .collect()
}

/// Libraries that need earlier ones. Most have one package; some have several candidates. Most candidates have no other
/// library and some of these conflict; one in four has other libraries too.
fn like_debian(seed: u64) -> Instance {
    const MAIN: usize = PACKAGES * 2 / 3;
    let mut numbers = Numbers(seed);
    let mut packages = candidates(PACKAGES, &mut numbers);
    let each = REQUIREMENTS / CHOICES;
    let mut requirements = Vec::new();
    let mut next_alternative = 0;
    for id in 0..REQUIREMENTS {
        let mut providers = vec![id * MAIN / REQUIREMENTS];
        if id % each == each - 1 {
            for _ in 0..1 + numbers.below(11) {
                next_alternative = (next_alternative + 1) % (PACKAGES - MAIN);
                providers.push(match numbers.below(4) {
                    0 => numbers.below(MAIN),
                    _ => MAIN + next_alternative,
                });
            }
            providers.sort_unstable();
            providers.dedup();
        }
        let count = numbers.below(6);
        let mut needs = || (0..count).map(|_| RequirementId(numbers.below(id.max(1)))).collect();
        requirements.push(requirement(id, options(&providers, &mut needs)));
    }
    for _ in 0..10 {
        let one = MAIN + numbers.below(PACKAGES - MAIN);
        packages[one].conflicts.push(PackageId(MAIN + numbers.below(PACKAGES - MAIN)));
    }
    let choices = (0..CHOICES).map(|choice| RequirementId(choice * each + each - 1));
    let wanted = choices.chain((0..WANTED).map(|_| RequirementId(numbers.below(REQUIREMENTS)))).collect();
    Instance { packages, requirements, wanted }
}

/// Instance of choices only, each with `own` packages of its own.
fn families(own: usize) -> Instance {
    let mut numbers = Numbers(7);
    let packages = candidates(CHOICES * own * 2, &mut numbers);
    let mut requirements = Vec::new();
    let mut wanted = Vec::new();
    for choice in 0..CHOICES {
        let ours: Vec<usize> = (choice * own..(choice + 1) * own).collect();
        let needs: Vec<RequirementId> =
            (0..own).map(|option| RequirementId(requirements.len() + 1 + option)).collect();
        let mut next = needs.into_iter();
        wanted.push(RequirementId(requirements.len()));
        requirements
            .push(requirement(requirements.len(), options(&ours, || next.by_ref().take(1).collect())));
        for package in ours {
            let helpers = [package, CHOICES * own + package];
            requirements.push(requirement(requirements.len(), options(&helpers, Vec::new)));
        }
    }
    Instance { packages, requirements, wanted }
}

/// Instance in which each candidate of a choice needs the next choice, with which it shares a package.
fn chain() -> Instance {
    let mut numbers = Numbers(11);
    let packages = candidates(CHOICES * 3 + 3, &mut numbers);
    let chained = (0..CHOICES).map(|choice| {
        let providers: Vec<usize> = (choice * 3..choice * 3 + 4).collect();
        let needs = (choice + 1 < CHOICES).then_some(RequirementId(choice + 1));
        requirement(choice, options(&providers, || needs.into_iter().collect()))
    });
    Instance { packages, requirements: chained.collect(), wanted: vec![RequirementId(0)] }
}

/// Minimum set cover: the choices are among `count` packages.
fn cover(count: usize, seed: u64) -> Instance {
    let mut numbers = Numbers(seed);
    let packages = candidates(count, &mut numbers);
    let covered = (0..CHOICES).map(|id| {
        let mut providers: Vec<usize> = (0..2 + numbers.below(11)).map(|_| numbers.below(count)).collect();
        providers.sort_unstable();
        providers.dedup();
        requirement(id, options(&providers, Vec::new))
    });
    Instance { packages, requirements: covered.collect(), wanted: (0..CHOICES).map(RequirementId).collect() }
}

fn select(criterion: &mut Criterion) {
    let cases = [
        ("like Debian", like_debian(1)),
        ("like Debian, other numbers", like_debian(2)),
        ("40 independent families of 12", families(12)),
        ("a chain of 40 choices", chain()),
        ("a cover with 300 packages", cover(300, 3)),
        ("a cover with 60 packages", cover(60, 4)),
    ];
    let mut group = criterion.benchmark_group("solve");
    for (name, instance) in &cases {
        match solve(instance) {
            Ok(selection) => {
                assert_eq!(verify(instance, &selection), Ok(()), "{name}");
                group.bench_function(format!("{name} ({} tried)", selection.explored), |bencher| {
                    bencher.iter(|| solve(black_box(instance)).is_ok());
                });
            }
            Err(unsolvable) => panic!("{name}: {unsolvable}"),
        }
    }
    group.finish();

    let instance = &cases[0].1;
    let selection = solve(instance).expect("was solved");
    criterion.bench_function("verify", |bencher| {
        bencher.iter(|| verify(black_box(instance), &selection).is_ok());
    });
    let count = decisions(instance, &selection).len();
    criterion.bench_function(&format!("{count} decisions"), |bencher| {
        bencher.iter(|| decisions(black_box(instance), &selection).len());
    });
}

criterion_group!(benches, select);
criterion_main!(benches);
